"""Put the README's picture together from what `make demo` wrote: python docs/compare.py."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

DEMO, HERE = Path("demo"), Path(__file__).parent
CROPS = ((24, 24, 184, 124), (168, 168, 328, 268), (480, 48, 640, 148))
COLUMNS = {"bicubic": "Bicubic", "upscaled": "Shader", "truth": "Truth"}
GAP, LABEL, SCALE = 12, 30, 2


def main() -> None:
    """Write docs/images/compare.png: three places, three ways."""
    width, height = 160 * SCALE, 100 * SCALE
    size = (3 * width + 2 * GAP, LABEL + 3 * height + 2 * GAP)
    sheet = Image.new("RGB", size, "#fcfbf8")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=17)
    for column, (stem, label) in enumerate(COLUMNS.items()):
        x = column * (width + GAP)
        draw.text((x + 2, 2), label, fill="#555b5e", font=font)
        picture = Image.open(DEMO / f"{stem}.png").convert("RGB")
        for row, crop in enumerate(CROPS):
            part = picture.crop(crop).resize((width, height), Image.Resampling.NEAREST)
            sheet.paste(part, (x, LABEL + row * (height + GAP)))
    sheet.quantize(200).save(HERE / "images" / "compare.png", optimize=True)


if __name__ == "__main__":
    main()
