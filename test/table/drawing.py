#!/usr/bin/env python3
"""Is the drawing legible? Usage: drawing.py POSTHASTE [STATE].

Reads `posthaste states --format svg` as a viewer would and fails when a state
is missing, a line runs through a box or a name, a text touches another text, a
box or a line, two lines share a way but not its end, or a text becomes too
small where README.md shows it. Widths of text are estimates for Helvetica, on
the generous side."""
import itertools
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

SVG = '{http://www.w3.org/2000/svg}'
README_WIDTH = 900  # pixels, of a narrow window
SMALLEST = 9  # pixels, that can still be read


def run(program, *args):
    return subprocess.run([program, 'states', *args], check=True,
                          capture_output=True, text=True).stdout


def font_sizes(root):
    sizes = {}
    for names, rules in re.findall(r'([.\w,]+)\{([^}]*)\}',
                                   root.find(SVG + 'style').text):
        size = re.search(r'font-size:([\d.]+)', rules)
        for name in names.split(',') if size else []:
            sizes[name.lstrip('.')] = float(size.group(1))
    return sizes


def text_area(text, sizes):
    classes = text.get('class').split()
    size = next(sizes[c] for c in classes if c in sizes)
    words = ''.join(text.itertext())
    width = sum(0.66 if c.isupper() or c == '_' else
                0.28 if c in ' .,:;[]()<>"|il' else 0.53
                for c in words) * size
    x, y = float(text.get('x')), float(text.get('y'))
    if set(classes) & {'name', 'says', 'asks', 'note', 'exit'}:
        x -= width / 2
    elif 'end' in classes:
        x -= width
    return (x, y - 0.72 * size, x + width, y + 0.1 * size, words)


def shape_area(shape):
    if shape.tag == SVG + 'rect':
        x, y, w, h = (float(shape.get(k))
                      for k in ('x', 'y', 'width', 'height'))
        return (x, y, x + w, y + h)
    points = corners(shape)
    xs, ys = zip(*points)
    return (min(xs), min(ys), max(xs), max(ys))


def corners(path):
    """The points of a path made of M, L and Q; a curve counts as its corner."""
    points = []
    for command, numbers in re.findall(r'([MLQ])([-\d ]+)', path.get('d')):
        n = [float(v) for v in numbers.split()]
        points.append((n[0], n[1]))
    return points


def overlap(a, b, slack):
    return (a[0] + slack < b[2] and b[0] + slack < a[2] and
            a[1] + slack < b[3] and b[1] + slack < a[3])


def through(area, shape, slack):
    """Does a line or a text run into a shape? A question's sides slant."""
    left, top, right, low = shape_area(shape)
    if shape.tag == SVG + 'path':
        middle = (top + low) / 2
        slant = corners(shape)[1][0] - left
        off = max(area[1] - middle, middle - area[3], 0)
        left += slant * off / (low - middle)
        right -= slant * off / (low - middle)
    return (overlap(area, (left, top, right, low), slack) or
            overlap((left, top, right, low), area, slack))


def segments(path):
    points = corners(path)
    for (x1, y1), (x2, y2) in zip(points, points[1:]):
        yield (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def stroke_widths(root):
    return {name: float(width) for name, width in re.findall(
        r'\.(\w+)\{[^}]*stroke-width:([\d.]+)', root.find(SVG + 'style').text)}


def wide(segment, width):
    """The area of a stroke; it is no longer than its segment."""
    x1, y1, x2, y2 = segment
    across_x, across_y = (width / 2, 0) if x1 == x2 else (0, width / 2)
    return (x1 - across_x, y1 - across_y, x2 + across_x, y2 + across_y)


def shared(a, b):
    """Do two upright or level segments run on each other for a while?"""
    level = a[1] == a[3] == b[1] == b[3]
    upright = a[0] == a[2] == b[0] == b[2]
    return (level and min(a[2], b[2]) - max(a[0], b[0]) > 1 or
            upright and min(a[3], b[3]) - max(a[1], b[1]) > 1)


def confused(paths):
    """Lines on each other that neither begin nor end together: nobody could
    say which leads where."""
    for a, b in itertools.combinations(paths, 2):
        ends, others = corners(a), corners(b)
        if ends[-1] == others[-1] or ends[0] == others[0]:
            continue
        for one, other in itertools.product(segments(a), segments(b)):
            if shared(one, other):
                yield f'two lines on one way: {one}, {other}'


def complaints(root, states):
    sizes = font_sizes(root)
    widths = stroke_widths(root)
    page = [float(v) for v in root.get('viewBox').split()]
    groups = {g.get('id'): g for g in root.findall(SVG + 'g') if g.get('id')}
    if sorted(groups) != sorted(states):
        yield f'states drawn: {sorted(groups)}, not {sorted(states)}'
    boxes = {name: shape_area(g[0]) for name, g in groups.items()}
    loose = [text_area(t, sizes) for t in root.findall(SVG + 'text')]
    paths = [p for p in root.findall(SVG + 'path')
             if 'line' in p.get('class').split()]
    lines = [wide(s, max(widths.get(c, 1) for c in p.get('class').split()))
             for p in paths for s in segments(p)]
    pills = [shape_area(r) for r in root.findall(SVG + 'rect')
             if r.get('class') == 'pill']

    for name, size in sizes.items():
        if size * README_WIDTH / max(page[2], README_WIDTH) < SMALLEST:
            yield f'too small: {name}'
    yield from confused(paths)
    for pill in pills:
        for line in lines:
            if overlap(line, pill, 1):
                yield f'a line runs through a name: {line}, {pill}'
        for text in loose:
            inside = pill[0] < text[0] and text[2] < pill[2]
            if overlap(text, pill, 0) and not inside:
                yield f'text on a name: {text[4]!r}'

    for name, g in groups.items():
        for area in (text_area(t, sizes) for t in g.findall(SVG + 'text')):
            box = boxes[name]
            if area[0] < box[0] or area[2] > box[2] or \
               area[1] < box[1] or area[3] > box[3]:
                yield f'text leaves its box: {name}: {area[4]}'
    for (a, area_a), (b, area_b) in itertools.combinations(boxes.items(), 2):
        if overlap(area_a, area_b, 0):
            yield f'boxes overlap: {a}, {b}'
    for name, shape in ((name, g[0]) for name, g in groups.items()):
        for line in lines:
            if through(line, shape, 1):
                yield f'a line runs through {name}: {line}'
        for text in loose:
            if through(text, shape, 0):
                yield f'text on the box {name}: {text[4]}'
    for a, b in itertools.combinations(loose, 2):
        if overlap(a, b, 0):
            yield f'texts overlap: {a[4]!r}, {b[4]!r}'
    for text, line in itertools.product(loose, lines):
        if overlap(text, line, 0):
            yield f'a line crosses a text: {text[4]!r}: {line}'
    for area in [*loose, *boxes.values()]:
        if area[0] < 0 or area[1] < 0 or area[2] > page[2] or \
           area[3] > page[3]:
            yield f'outside the page: {area}'


def main():
    program, only = sys.argv[1], sys.argv[2:]
    args = ['--state', only[0]] if only else []
    states = json.loads(run(program, '--format', 'json', *args))['states']
    root = ET.fromstring(run(program, '--format', 'svg', *args))
    found = list(complaints(root, states))
    if found:
        print('\n'.join(found))
    return 1 if found else 0


sys.exit(main())
