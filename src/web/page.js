// The page of `posthaste sink --web`. What a message says is put in place by
// textContent only, and its HTML is shown in a frame that may do nothing.
'use strict';

const SOURCE_SHOWN = 512 * 1024; // characters
const POLL_MS = 5000; // where there is no stream of events
const TO_SHOWN = 50;

const $ = (id) => document.getElementById(id);

const state = {
  run: null, // which run of the server
  last: 0, // the highest id seen
  messages: new Map(), // id -> {summary, node}
  chosen: null,
  detail: null, // of the chosen one
  tab: 'html', // that was asked for last
  busy: false,
  again: false,
  stream: null,
  poll: null,
};

/* ---- small things ---- */

function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function sizeOf(octets) {
  if (octets < 1000) return `${octets} B`;
  if (octets < 1e6) return `${(octets / 1000).toFixed(octets < 1e4 ? 1 : 0)} kB`;
  return `${(octets / 1e6).toFixed(octets < 1e7 ? 1 : 0)} MB`;
}

function timeOf(ms) {
  const at = new Date(ms);
  const today = at.toDateString() === new Date().toDateString();
  return today ? at.toLocaleTimeString() : at.toLocaleDateString();
}

const many = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

function badge(text, kind = '') {
  return make('span', { className: `badge ${kind}`, textContent: text, title: text });
}

// A name alone where there is one: the address stands in the detail.
function nameOf(from) {
  const found = /^\s*"?([^"<]+?)"?\s*<[^<>]*>\s*$/.exec(from);
  return found ? found[1] : from;
}

/* ---- the list ---- */

function listed(summary) {
  const { subject, recipients } = summary;
  const to = summary.to ?? '';
  const foot = make('div', { className: 'foot' },
    make('span', { className: 'to', textContent: recipients > 1 ? `${to} + ${recipients - 1}` : to }));
  if (summary.attached) foot.append(badge(many(summary.attached, 'file')));
  if (summary.auth) foot.append(badge('AUTH'));
  if (summary.tls) foot.append(badge('TLS'));
  foot.append(sizeOf(summary.size));
  const node = make('li', { id: `message-${summary.id}`, className: 'unread' },
    make('span', { className: 'from', textContent: nameOf(summary.from) || '<> (null sender)' }),
    make('time', { dateTime: new Date(summary.time).toISOString(), textContent: timeOf(summary.time) }),
    make('span', { className: subject ? 'subject' : 'subject none', textContent: subject || 'no subject' }),
    foot);
  node.setAttribute('role', 'option');
  node.setAttribute('aria-selected', 'false');
  node.addEventListener('click', () => choose(summary.id));
  return node;
}

function fits(summary) {
  const all = [summary.from, summary.subject, summary.to].join('\n').toLowerCase();
  return $('filter').value.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

function showCounts() {
  const count = state.messages.size;
  let shown = 0;
  for (const { summary, node } of state.messages.values()) {
    node.hidden = !fits(summary);
    shown += !node.hidden;
  }
  $('empty').hidden = count > 0 || state.run === null;
  $('nothing').hidden = count === 0 || shown > 0;
  $('choose').hidden = count === 0 || state.detail !== null;
  $('clear').disabled = count === 0;
  document.title = count ? `${many(count, 'message')} - posthaste sink` : 'posthaste sink';
  if ($('dot').className.includes('live')) $('state').textContent = many(count, 'message');
}

function forget(id) {
  state.messages.get(id).node.remove();
  state.messages.delete(id);
  if (id === state.chosen) leave();
}

function take(list) {
  if (state.run !== list.run) {
    for (const id of [...state.messages.keys()]) forget(id);
    state.run = list.run;
    state.last = 0;
  }
  for (const id of [...state.messages.keys()]) if (id < list.first) forget(id);
  for (const summary of list.messages) {
    if (state.messages.has(summary.id)) continue;
    const node = listed(summary);
    state.messages.set(summary.id, { summary, node });
    $('messages').prepend(node);
  }
  const newest = list.messages.at(-1);
  if (newest && state.last > 0)
    $('news').textContent = `New message from ${newest.from}: ${newest.subject || 'no subject'}`;
  state.last = list.last;
  $('hint').textContent = list.hint;
  showCounts();
}

async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

// One at a time: what changes meanwhile is asked for afterwards.
async function refresh() {
  if (state.busy) {
    state.again = true;
    return;
  }
  state.busy = true;
  try {
    do {
      state.again = false;
      let list = await (await get(`/api/messages?after=${state.last}`)).json();
      if (state.run !== null && list.run !== state.run)
        list = await (await get('/api/messages')).json();
      take(list);
    } while (state.again);
  } catch (problem) {
    lost();
  } finally {
    state.busy = false;
  }
}

/* ---- live ---- */

function live() {
  $('dot').className = 'dot live';
  showCounts();
}

function lost() {
  $('dot').className = 'dot lost';
  $('state').textContent = 'the server does not answer';
}

function listen() {
  if (state.stream || document.hidden) return;
  clearInterval(state.poll);
  state.poll = null;
  state.stream = new EventSource('/api/events');
  state.stream.onopen = live;
  state.stream.onmessage = refresh;
  state.stream.onerror = () => {
    lost();
    // Refused, not lost: too many pages are open.
    if (state.stream?.readyState !== EventSource.CLOSED) return;
    state.stream = null;
    state.poll ??= setInterval(async () => {
      live();
      await refresh();
    }, POLL_MS);
  };
}

// A browser has few connections to a server: who does not look needs none.
function rest() {
  state.stream?.close();
  state.stream = null;
}

/* ---- one message: its views ---- */

function table(rows, className = 'values') {
  const body = make('tbody');
  for (const [name, value] of rows)
    body.append(make('tr', {}, make('th', { scope: 'row', textContent: name }),
      make('td', {}, make('bdi', { textContent: value }))));
  return make('table', { className }, body);
}

function some(list) {
  const rest = list.length - TO_SHOWN;
  return list.slice(0, TO_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function showHtml(panel, detail) {
  const phone = make('button', { type: 'button', className: 'phone-button', textContent: 'Phone width', ariaPressed: 'false' });
  phone.addEventListener('click', () => {
    phone.ariaPressed = String(panel.classList.toggle('phone'));
  });
  panel.classList.add('frame');
  const frame = make('iframe', { title: 'The message as HTML', referrerPolicy: 'no-referrer' });
  frame.setAttribute('sandbox', '');
  frame.src = `/messages/${detail.id}/html`;
  panel.append(make('p', { className: 'note' },
    make('span', { textContent: 'Nothing runs in it, and nothing is fetched from elsewhere.' }), phone), frame);
}

function showText(panel, detail) {
  if (detail.text === null) {
    panel.append(make('p', { className: 'quiet', textContent: 'This message has no plain text. Its source shows all of it.' }));
    return;
  }
  panel.append(make('pre', { className: 'text', textContent: detail.text }));
  if (detail.text_cut)
    panel.append(make('p', { className: 'note', textContent: 'The rest is left out here: the source has it.' }));
}

function envelopeOf(detail) {
  const { envelope } = detail;
  const rows = [['MAIL FROM', `<${envelope.from}> ${envelope.mail_parameters.join(' ')}`]];
  envelope.to.slice(0, TO_SHOWN).forEach((to, i) => {
    rows.push(['RCPT TO', `<${to}> ${envelope.rcpt_parameters[i].join(' ')}`]);
  });
  const rest = envelope.to.length - TO_SHOWN;
  if (rest > 0) rows.push(['', `and ${rest} more`]);
  rows.push(['Client', `${envelope.helo} (${envelope.peer}), session ${envelope.connection}`]);
  rows.push(['TLS', envelope.tls ? `${envelope.tls.version} ${envelope.tls.cipher}` : 'none']);
  rows.push(['AUTH', envelope.auth ?? 'none']);
  rows.push(['Content', `${envelope.size} octets by ${envelope.chunks ? many(envelope.chunks, 'chunk') : 'DATA'}`]);
  return rows;
}

function showHeaders(panel, detail) {
  panel.append(make('h3', { textContent: 'Envelope' }), table(envelopeOf(detail)),
    make('h3', { textContent: 'Header' }), table(detail.headers));
  if (detail.cut)
    panel.append(make('p', { className: 'note', textContent: 'There is more than is shown here: the source has it.' }));
}

async function showSource(panel, detail) {
  const path = `/api/messages/${detail.id}/source`;
  const note = make('p', { className: 'note' }, make('span'),
    make('a', { className: 'button', href: path, download: `message-${detail.id}.eml`, textContent: 'Save as .eml' }));
  const text = make('pre', { className: 'source', textContent: '...' });
  panel.append(note, text);
  try {
    const all = await (await get(path)).text();
    text.textContent = all.slice(0, SOURCE_SHOWN);
    note.firstChild.textContent = all.length > SOURCE_SHOWN
      ? `The first ${sizeOf(SOURCE_SHOWN)} of ${sizeOf(detail.envelope.size)}.`
      : `${detail.envelope.size} octets, as they came.`;
  } catch (problem) {
    text.textContent = problem.message;
  }
}

function partRow(detail, part) {
  const what = { text: 'the text', html: 'the HTML', embedded: 'picture in the HTML' }[part.kind];
  const about = [part.name && what, part.type, part.charset, part.encoding].filter(Boolean).join(', ');
  const name = make('td', {}, make('span', { className: 'about', textContent: about }));
  if (part.kind !== 'container') name.prepend(make('bdi', { textContent: part.name ?? what ?? 'without a name' }));
  name.style.paddingLeft = `${part.depth * 1.1}em`;
  const row = make('tr', {}, name);
  if (part.kind === 'container') {
    row.append(make('td'), make('td'));
    return row;
  }
  const save = make('a', { className: 'button save', textContent: 'Save', href: `/messages/${detail.id}/parts/${part.part}` });
  save.setAttribute('aria-label', `Save ${part.name ?? what ?? part.type}`);
  row.append(make('td', { className: 'number', textContent: sizeOf(part.size) }), make('td', { className: 'number' }, save));
  return row;
}

function showParts(panel, detail) {
  const titles = ['Part', 'Size', ''].map((title) => make('th', { scope: 'col', textContent: title }));
  const body = make('tbody', {}, ...detail.parts.map((part) => partRow(detail, part)));
  panel.append(make('table', {}, make('thead', {}, make('tr', {}, ...titles)), body));
}

function showDialogue(panel, detail) {
  const text = make('pre', { className: 'dialogue' });
  for (const line of detail.dialogue.split('\n').slice(0, -1)) {
    const who = { C: 'client', S: 'server' }[line[0]] ?? 'remark';
    text.append(make('span', { className: `line ${who}`, textContent: line }));
  }
  panel.append(text, make('p', { className: 'note', textContent: 'Since the message before; what a login says is hidden.' }));
}

const VIEWS = [
  { name: 'html', title: 'HTML', show: showHtml, has: (detail) => detail.html },
  { name: 'text', title: 'Text', show: showText, has: (detail) => detail.whole },
  { name: 'headers', title: 'Headers', show: showHeaders, has: () => true },
  { name: 'source', title: 'Source', show: showSource, has: () => true },
  { name: 'parts', title: 'Attachments', show: showParts, has: (detail) => detail.parts.length > 0 },
  { name: 'dialogue', title: 'Dialogue', show: showDialogue, has: () => true },
];

function showTab(name) {
  const { detail } = state;
  const view = VIEWS.find((one) => one.name === name);
  const panel = $('panel');
  panel.className = '';
  panel.replaceChildren();
  panel.scrollTop = 0;
  for (const tab of $('tabs').children) {
    const mine = tab.dataset.view === name;
    tab.setAttribute('aria-selected', String(mine));
    tab.tabIndex = mine ? 0 : -1;
    if (!mine) continue;
    panel.setAttribute('aria-labelledby', tab.id);
    tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  view.show(panel, detail);
  history.replaceState(null, '', `#${detail.id}/${name}`);
}

function askForTab(name) {
  state.tab = name;
  showTab(name);
}

function showTabs(detail) {
  const attached = detail.parts.filter((part) => part.kind === 'attached').length;
  $('tabs').replaceChildren(...VIEWS.filter((view) => view.has(detail)).map((view) => {
    const title = view.name === 'parts' && attached ? `${view.title} (${attached})` : view.title;
    const tab = make('button', { type: 'button', id: `tab-${view.name}`, textContent: title });
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', 'panel');
    tab.dataset.view = view.name;
    tab.addEventListener('click', () => askForTab(view.name));
    return tab;
  }));
  const offered = VIEWS.filter((view) => view.has(detail)).map((view) => view.name);
  if (!offered.includes(state.tab)) showTab(detail.text === null ? 'source' : 'text');
  else if (state.tab === 'text' && detail.text === null && detail.html) showTab('html');
  else showTab(state.tab);
}

function showHead(detail) {
  const first = (name) => detail.headers.find(([key]) => key.toLowerCase() === name)?.[1];
  const subject = first('subject');
  $('subject').textContent = subject || 'no subject';
  $('subject').className = subject ? '' : 'none';
  const { envelope } = detail;
  const facts = [['From', first('from') ?? `<${envelope.from}>`], ['To', first('to') ?? some(envelope.to)], ['Cc', first('cc')],
    ['Date', first('date') ?? new Date(detail.time).toLocaleString()]];
  $('facts').replaceChildren(...facts.filter(([, value]) => value).flatMap(
    ([name, value]) => [make('dt', { textContent: name }), make('dd', { textContent: value })]));
  const badges = [envelope.tls ? badge(`${envelope.tls.version} ${envelope.tls.cipher}`, 'good') : badge('no TLS', 'bare')];
  if (envelope.auth) badges.push(badge(`AUTH ${envelope.auth}`, 'good'));
  badges.push(badge(many(envelope.to.length, 'recipient')), badge(sizeOf(envelope.size)));
  if (!detail.whole) badges.push(badge('too large to be taken apart'));
  $('badges').replaceChildren(...badges);
}

function mark(id) {
  const old = state.messages.get(state.chosen);
  old?.node.setAttribute('aria-selected', 'false');
  state.chosen = id;
  const node = state.messages.get(id)?.node;
  if (!node) {
    $('messages').removeAttribute('aria-activedescendant');
    return;
  }
  node.setAttribute('aria-selected', 'true');
  node.classList.remove('unread');
  node.scrollIntoView({ block: 'nearest' });
  $('messages').setAttribute('aria-activedescendant', node.id);
}

function leave() {
  mark(null);
  state.detail = null;
  $('mail').hidden = true;
  $('choose').hidden = false;
  document.body.classList.remove('reading');
  history.replaceState(null, '', location.pathname);
}

async function choose(id) {
  mark(id);
  document.body.classList.add('reading');
  try {
    const detail = await (await get(`/api/messages/${id}`)).json();
    if (state.chosen !== id) return; // another one, meanwhile
    state.detail = detail;
    $('choose').hidden = true;
    $('mail').hidden = false;
    showHead(detail);
    showTabs(detail);
  } catch (problem) {
    if (state.chosen !== id) return;
    leave();
    refresh();
  }
}

/* ---- hands ---- */

function step(by) {
  const shown = [...$('messages').children].filter((node) => !node.hidden);
  if (!shown.length) return;
  const at = shown.findIndex((node) => node.getAttribute('aria-selected') === 'true');
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1);
  choose(Number(shown[next].id.slice('message-'.length)));
}

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const typing = event.target === $('filter');
  const tabbing = $('tabs').contains(event.target);
  const reading = $('panel').contains(event.target);
  const steps = { ArrowDown: 1, ArrowUp: -1, j: typing ? 0 : 1, k: typing ? 0 : -1 };
  if (steps[event.key] && !reading) step(steps[event.key]);
  else if (event.key === '/' && !typing) $('filter').focus();
  else if (event.key === 'Escape' && typing) $('messages').focus();
  else if (event.key === 'Escape') leave();
  else if (tabbing && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
    const tabs = [...$('tabs').children];
    const at = tabs.indexOf(event.target) + (event.key === 'ArrowRight' ? 1 : tabs.length - 1);
    tabs[at % tabs.length].focus();
    tabs[at % tabs.length].click();
  } else return;
  event.preventDefault();
}

// The first click asks, the second one means it.
async function onClear() {
  const button = $('clear');
  if (!button.classList.contains('sure')) {
    button.classList.add('sure');
    button.textContent = 'Clear all?';
    return;
  }
  calm();
  await fetch('/api/messages', { method: 'DELETE', headers: { 'X-Posthaste': 'clear' } });
  refresh();
}

function calm() {
  $('clear').classList.remove('sure');
  $('clear').textContent = 'Clear';
}

async function onCopy() {
  const done = await navigator.clipboard?.writeText($('hint').textContent).then(() => true, () => false);
  if (done) $('copy').textContent = 'Copied';
  else getSelection().selectAllChildren($('hint'));
}

async function begin() {
  document.addEventListener('keydown', onKey);
  document.addEventListener('visibilitychange', () => (document.hidden ? rest() : listen()));
  $('filter').addEventListener('input', showCounts);
  $('clear').addEventListener('click', onClear);
  $('clear').addEventListener('blur', calm);
  $('copy').addEventListener('click', onCopy);
  $('back').addEventListener('click', leave);
  const [, id, tab] = /^#(\d+)\/(\w+)$/.exec(location.hash) ?? [];
  await refresh();
  listen();
  if (VIEWS.some((view) => view.name === tab)) state.tab = tab;
  if (state.messages.has(Number(id))) choose(Number(id));
}

begin();
