"""Reads screens with escape sequences, as `tmux capture-pane -e -p` prints them, and draws them as SVG."""

import re
import unicodedata
from xml.sax.saxutils import escape

# Reading the screen

# xterm's 16 colors; the other 240 are computed.
ANSI = [
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#1e90ff", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
]
PLAIN = {"fg": None, "bg": None, "bold": False, "dim": False, "italic": False, "underline": False, "reverse": False}
FLAGS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}


def indexed(number):
    if number < 16:
        return ANSI[number]
    if number >= 232:
        return "#" + f"{8 + (number - 232) * 10:02x}" * 3
    levels = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#" + "".join(f"{levels[number // step % 6]:02x}" for step in (36, 6, 1))


def apply_sgr(style, text):
    """Applies the parameters of one SGR sequence to a style."""
    codes = [int(code or 0) for code in re.split("[;:]", text)] if text else [0]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style.update(PLAIN)
        elif code in FLAGS:
            style[FLAGS[code]] = True
        elif code == 22:
            style.update(bold=False, dim=False)
        elif code in (23, 24, 27):
            style[FLAGS[code - 20]] = False
        elif code in (38, 48) and codes:
            kind = codes.pop(0)
            count = 3 if kind == 2 else 1
            values, codes = codes[:count], codes[count:]
            color = "#" + "".join(f"{value:02x}" for value in values) if kind == 2 else indexed(values[0])
            style["fg" if code == 38 else "bg"] = color
        elif code in (39, 49):
            style["fg" if code == 39 else "bg"] = None
        elif 30 <= code <= 37 or 40 <= code <= 47:
            style["fg" if code < 40 else "bg"] = ANSI[code % 10]
        elif 90 <= code <= 97 or 100 <= code <= 107:
            style["fg" if code < 100 else "bg"] = ANSI[code % 10 + 8]


def width_of(character):
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cells_of(screen, columns):
    """Returns the screen as rows of cells: text, number of columns, style."""
    rows = []
    style = dict(PLAIN)
    for line in screen.rstrip("\n").split("\n"):
        row, used = [], 0
        for part in re.split("(\033\\[[0-9;:]*m)", line):
            if part.startswith("\033["):
                apply_sgr(style, part[2:-1])
                continue
            for character in part:
                width = width_of(character)
                if width == 0 and row:
                    row[-1] = (row[-1][0] + character, row[-1][1], row[-1][2])
                elif width:
                    row.append((character, width, dict(style)))
                    used += width
        # tmux omits spaces at the end of a line. They have the background of the line's last cell.
        blank = dict(PLAIN, bg=row[-1][2]["bg"] if row else None)
        row += [(" ", 1, blank)] * (columns - used)
        rows.append(row)
    return rows

# Drawing it

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE, MARGIN, BAR = 8.4, 18, 14, 14, 30
LINES = {
    # The sides of a cell that a line touches: left, right, up, down. Lines are strokes, so that they connect in every font.
    "─": "lr", "│": "ud", "┤": "lud", "├": "rud", "┬": "lrd", "┴": "lru", "┼": "lrud", "┃": "UD",
    "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu",
}


def colors(style, foreground, background):
    fg, bg = style["fg"] or foreground, style["bg"] or background
    return (bg, fg) if style["reverse"] else (fg, bg)


def line_path(character, x, y):
    """Returns the strokes of a box-drawing character in a cell at x, y."""
    middle_x, middle_y = x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2
    if character == "─":
        return f"M{x:.1f} {middle_y:.1f}h{CELL_WIDTH}"
    if character in "│┃":
        return f"M{middle_x:.1f} {y:.1f}v{CELL_HEIGHT}"
    sides = LINES[character]
    if character in "╭╮╰╯":
        end_x = x + CELL_WIDTH if "r" in sides else x
        end_y = y + CELL_HEIGHT if "d" in sides else y
        return f"M{end_x:.1f} {middle_y:.1f}Q{middle_x:.1f} {middle_y:.1f} {middle_x:.1f} {end_y:.1f}"
    path = ""
    ends = {"l": (x, middle_y), "r": (x + CELL_WIDTH, middle_y), "u": (middle_x, y), "d": (middle_x, y + CELL_HEIGHT)}
    for side in sides.lower():
        path += f"M{middle_x:.1f} {middle_y:.1f}L{ends[side][0]:.1f} {ends[side][1]:.1f}"
    return path


def braille(character, x, y):
    """Returns the dots of a braille pattern (U+2800 to U+28FF) as lines without length, which a stroke with round ends shows."""
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    bits, path = ord(character) - 0x2800, ""
    for bit, (column, row) in enumerate(places):
        if bits >> bit & 1:
            path += f"M{x + CELL_WIDTH * (0.27 + 0.46 * column):.1f} {y + CELL_HEIGHT * (0.125 + 0.25 * row):.1f}h0"
    return path


def block(character, x, y):
    """Returns the rectangle of a block element (U+2580 to U+258F), or nothing."""
    eighths = ord(character) - 0x2580
    if 1 <= eighths <= 8:
        height = CELL_HEIGHT * eighths / 8
        return f"M{x:.1f} {y + CELL_HEIGHT - height:.1f}h{CELL_WIDTH}v{height:.1f}h-{CELL_WIDTH}z"
    if 9 <= eighths <= 15:
        return f"M{x:.1f} {y:.1f}h{CELL_WIDTH * (16 - eighths) / 8:.1f}v{CELL_HEIGHT}h-{CELL_WIDTH * (16 - eighths) / 8:.1f}z"
    return ""


class Drawing:
    """Collects the parts of a picture: backgrounds, strokes, dots and shapes by color, then text."""

    def __init__(self):
        self.backgrounds, self.strokes, self.dots, self.shapes, self.texts = [], {}, {}, {}, []

    def add_row(self, row, y, foreground, background):
        column, index = 0, 0
        while index < len(row):
            # Merge adjacent cells of the same style into one text.
            style = row[index][2]
            run = []
            while index < len(row) and row[index][2] == style:
                run.append(row[index])
                index += 1
            columns = sum(cell[1] for cell in run)
            self.add_run(run, style, column, columns, y, foreground, background)
            column += columns

    def add_run(self, run, style, column, columns, y, foreground, background):
        fg, bg = colors(style, foreground, background)
        x = MARGIN + column * CELL_WIDTH
        if bg != background:
            self.backgrounds.append(
                f'<rect x="{x:.1f}" y="{y}" width="{columns * CELL_WIDTH + 0.3:.1f}" height="{CELL_HEIGHT + 0.3}" fill="{bg}"/>'
            )
        word, word_x, word_columns = "", x, 0
        for text, width, _ in run + [(" ", 0, style)]:
            is_letter = text != " "
            if text in LINES:
                self.strokes.setdefault((fg, "2.4" if text == "┃" else "1.2"), []).append(line_path(text, x, y))
                is_letter = False
            elif "\u2800" <= text <= "\u28ff":
                self.dots.setdefault(fg, []).append(braille(text, x, y))
                is_letter = False
            elif "\u2581" <= text <= "\u258f":
                self.shapes.setdefault(fg, []).append(block(text, x, y))
                is_letter = False
            # Characters that are wide, or may be wide in other fonts, are separate texts.
            if word and (not is_letter or not (text + word).isascii()):
                self.add_text(word, word_x, word_columns, y, fg, style)
                word, word_columns = "", 0
            if is_letter:
                word_x = x if not word else word_x
                word, word_columns = word + text, word_columns + width
            x += width * CELL_WIDTH

    def add_text(self, word, x, columns, y, fg, style):
        """Adds a word with the width of its cells, because the widths of fonts differ slightly."""
        attributes = f' fill="{fg}"'
        attributes += ' font-weight="bold"' if style["bold"] else ""
        attributes += ' font-style="italic"' if style["italic"] else ""
        attributes += ' opacity="0.6"' if style["dim"] else ""
        attributes += ' text-decoration="underline"' if style["underline"] else ""
        if columns > 1:
            attributes += f' textLength="{columns * CELL_WIDTH:.1f}"'
        self.texts.append(f'<text x="{x:.1f}" y="{y + 13.2:.1f}"{attributes}>{escape(word)}</text>')


    def parts(self):
        """Returns the elements in the order in which they are drawn."""
        parts = list(self.backgrounds)
        for (color, weight), paths in self.strokes.items():
            parts.append(f'<path fill="none" stroke="{color}" stroke-width="{weight}" d="{"".join(paths)}"/>')
        for color, paths in self.dots.items():
            style = 'fill="none" stroke-width="2.2" stroke-linecap="round"'
            parts.append(f'<path {style} stroke="{color}" d="{"".join(paths)}"/>')
        for color, paths in self.shapes.items():
            parts.append(f'<path fill="{color}" d="{"".join(paths)}"/>')
        return parts + self.texts


def most_common_colors(rows):
    """Returns the colors of the screen, which are those of most cells."""
    counts = {}
    for row in rows:
        for _, width, style in row:
            if not style["reverse"]:
                counts[style["bg"]] = counts.get(style["bg"], 0) + width
    background = max((color for color in counts if color), key=counts.get, default="#13161b")
    red, green, blue = (int(background[index : index + 2], 16) for index in (1, 3, 5))
    is_light = 0.299 * red + 0.587 * green + 0.114 * blue > 140
    return ("#23272e" if is_light else "#d7dde5"), background


def window(columns, rows, background, title, body):
    """Returns a picture: a window with rounded corners around the parts of `body`."""
    width = columns * CELL_WIDTH + 2 * MARGIN
    height = BAR + rows * CELL_HEIGHT + MARGIN
    font = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}"'
        f' font-family="{font}" font-size="{FONT_SIZE}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{height}" rx="8" fill="{background}"/>',
    ]
    for index, color in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        lines.append(f'<circle cx="{MARGIN + 6 + index * 18}" cy="15" r="5" fill="{color}"/>')
    return "\n".join(lines + body + ["</svg>", ""])


def svg(screen, columns, title):
    rows = cells_of(screen, columns)
    foreground, background = most_common_colors(rows)
    drawing = Drawing()
    for number, row in enumerate(rows):
        drawing.add_row(row, BAR + number * CELL_HEIGHT, foreground, background)
    return window(columns, len(rows), background, title, drawing.parts())
