"""Figures as SVG: drawn without a library, legible on light and on dark paper."""
from html import escape

STYLE = """
  svg { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
        --paper: #ffffff; --ink: #1f2328; --faint: #656d76; --grid: #d8dee4;
        --s0: #0969da; --s1: #bc4c00; --s2: #1a7f37; --s3: #8250df; --s4: #9a6700; --s5: #bf3989; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --grid: #30363d;
          --s0: #58a6ff; --s1: #ffa657; --s2: #56d364; --s3: #d2a8ff; --s4: #e3b341; --s5: #ff9bce; } }
  text { fill: var(--ink); } .faint { fill: var(--faint); } .head { font-size: 15px; font-weight: 600; }
  .grid { stroke: var(--grid); stroke-width: 1; } .axis { stroke: var(--faint); stroke-width: 1; }
  .mark { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 2 3; }
  .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
"""


class Drawing:
    def __init__(self, width, height, title, description):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" aria-labelledby="title description">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect width="{width}" height="{height}" fill="var(--paper)"/>',
        ]

    def text(self, x, y, text, anchor="start", kind="", turn=0):
        turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
        kind = f' class="{kind}"' if kind else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}{turned}>{escape(text)}</text>')

    def line(self, x1, y1, x2, y2, kind="grid"):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>')

    def rect(self, x, y, width, height, series):
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="var(--s{series})"/>')

    def curve(self, points, series, dashes=""):
        """A line through points, with a dot on each. Dashes tell it from others without colour."""
        where = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<polyline points="{where}" class="curve" stroke="var(--s{series})"{dash}/>')
        for x, y in points:
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="var(--s{series})"/>')

    def svg(self):
        return "\n".join(self.parts + ["</svg>"]) + "\n"


def decades(drawing, span, low, high, label, side, other, vertical=True):
    """Lines and labels of a logarithmic axis from 10**low to 10**high along `span`. Yields its scale."""
    import math

    def scale(value):
        return span[0] + (span[1] - span[0]) * (math.log10(value) - low) / (high - low)

    for power in range(low, high + 1):
        at = scale(10 ** power)
        if vertical:
            drawing.line(side, at, other, at)
            drawing.text(side - 8, at + 4, label(10 ** power), "end", "faint")
        else:
            drawing.line(at, side, at, other)
            drawing.text(at, side + 18, label(10 ** power), "middle", "faint")
    return scale
