// What runs inside smtp_server.py: node smtp_server.js SETTINGS
//
// Keeps messages as they came, below header fields that say what else was
// seen. SETTINGS is a JSON object.
'use strict';

const fs = require('fs');
const path = require('path');
const { SMTPServer } = require('smtp-server');

const settings = JSON.parse(process.argv[2]);
const inbox = path.join(settings.dir, 'mail/inbox');
const known = new RegExp(`^${settings.addresses}$`);
let count = 0;

function refusal(code, text) {
    return Object.assign(new Error(text), { responseCode: code });
}

function proves(auth) {
    if (auth.method === 'XOAUTH2')
        return auth.accessToken === settings.token;
    if (auth.method === 'CRAM-MD5')
        return auth.validatePassword(settings.password);
    return auth.password === settings.password;
}

function onAuth(auth, session, done) {
    const right = auth.username === settings.user && proves(auth);
    done(right ? null : refusal(535, 'That is not the password'),
        { user: settings.user });
}

function onRcptTo(address, session, done) {
    done(known.test(address.address) ? null
        : refusal(550, 'No such mailbox'));
}

function whatWasSeen(session) {
    const envelope = session.envelope;
    return [
        `Return-Path: <${envelope.mailFrom ? envelope.mailFrom.address : ''}>`,
        `X-Seen-TLS: ${session.tlsOptions ? session.tlsOptions.version : ''}`,
        `X-Seen-User: ${session.user || ''}`,
        `X-Seen-DSN: ${JSON.stringify([envelope.dsn || {},
            ...envelope.rcptTo.map(to => to.dsn || {})])}`,
        ''].join('\r\n');
}

function keep(session, content) {
    const name = `${++count}.eml`;
    const begun = path.join(inbox, 'tmp', name);
    fs.writeFileSync(begun, Buffer.concat([
        Buffer.from(whatWasSeen(session)), content]));
    fs.renameSync(begun, path.join(inbox, 'new', name));
}

function onData(stream, session, done) {
    const chunks = [];
    stream.on('data', chunk => chunks.push(chunk));
    stream.on('end', () => {
        if (stream.sizeExceeded)
            return done(refusal(552, 'Message exceeds the maximum size'));
        keep(session, Buffer.concat(chunks));
        if (session.transmissionType.startsWith('LMTP'))   // RFC 2033 4.2
            return done(null, session.envelope.rcptTo.map(() => 'Kept'));
        return done(null, 'Kept');
    });
}

function listen(name, options) {
    const server = new SMTPServer({
        name: settings.host,
        key: fs.readFileSync(path.join(settings.dir, 'tls/server.key')),
        cert: fs.readFileSync(path.join(settings.dir, 'tls/server.pem')),
        authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'],
        disableReverseLookup: true,
        size: settings.size_limit,
        hideENHANCEDSTATUSCODES: false,
        hideDSN: false,
        onAuth,
        onRcptTo,
        onData,
        ...options,
    });
    server.on('error', error => console.error(error.message));
    server.listen(settings.ports[name], '127.0.0.1');
}

listen('plain', { disabledCommands: ['AUTH'] });
listen('submission', {});
listen('lmtp', { lmtp: true, disabledCommands: ['AUTH'] });
