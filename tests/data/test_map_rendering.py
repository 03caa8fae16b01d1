"""Pictures of maps: as large as said, and what is on the map is on the picture, grey or not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from ringfall.datapack import shipped_data
from ringfall.maps import rendering
from ringfall.maps.choosing import load_map
from ringfall.maps.rendering import MARGIN_PX, image_size, render, save
from schema.tiled import MapModel

SCALE = 10
WORLD = MapModel(
    name="Show",
    width_u=40,
    height_u=30,
    players_max=2,
    walls=(
        *((4.0 + 4 * b, 5.0, 1.5, 0.6, 0.0, 0, b) for b in range(1, 8)),
        (34.0, 20.0, 3.0, 3.0, 0.0, 0, 1),
        (10.0, 20.0, 4.0, 0.0, 0.5, 512, 7),
    ),
    spawns=((20.0, 12.0), (30.0, 12.0)),
    bushes=((20.0, 20.0, 2.5),),
    crates=((26.0, 20.0, 1.5, 1.5, 0),),
    loot=((5.0, 12.0, "common"), (12.0, 12.0, "rare")),
)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return render(WORLD, SCALE)


def colours(picture: Image.Image, x: float, y: float, reach: float) -> set[tuple[int, ...]]:
    """Colours within a square about a place, in units."""
    x, y, reach = (MARGIN_PX + x * SCALE, MARGIN_PX + y * SCALE, reach * SCALE)
    box = picture.crop((int(x - reach), int(y - reach), int(x + reach), int(y + reach)))
    return {pixel for _, pixel in box.getcolors(1_000_000) or []}  # type: ignore[misc]


def test_the_picture_has_its_size(picture: Image.Image) -> None:
    assert picture.size == image_size(WORLD, SCALE)
    assert picture.size[0] == 40 * SCALE + 2 * MARGIN_PX
    small = WORLD.model_copy(update={"height_u": 30.0})
    assert render(small, 2).size == image_size(small, 2)


@pytest.mark.parametrize(
    ("x", "y", "colour"),
    [
        (20, 12, rendering.SPAWN),
        (5, 12, rendering.LOOT),
        (12, 12, rendering.RARE),
        (20, 20, rendering.BUSH),
        (26, 20.7, rendering.CRATE),
        (34, 20, rendering.WATER),
        (10, 20, rendering.STONE),
        (12, 22, rendering.STONE),
        (15, 25, rendering.GROUND),
        (8, 22, rendering.GROUND),
    ],
)
def test_everything_is_drawn_where_it_stands(
    picture: Image.Image, x: float, y: float, colour: str
) -> None:
    assert ImageColor.getrgb(colour) in colours(picture, x, y, 0.6)


def test_kinds_of_walls_differ_in_grey(picture: Image.Image) -> None:
    grey = picture.convert("L")
    looks = []
    for blocks in range(1, 8):
        x, y = MARGIN_PX + (4 + 4 * blocks) * SCALE, MARGIN_PX + 5 * SCALE
        looks.append(grey.crop((x - 20, y - 10, x + 20, y + 10)).tobytes())
    for index, look in enumerate(looks):
        for other in looks[:index]:
            apart = sum(abs(a - b) > 40 for a, b in zip(look, other, strict=True))
            assert apart > 40, "two kinds of walls look the same"


def test_a_saved_picture_keeps_its_colours(picture: Image.Image, tmp_path: Path) -> None:
    save(picture, tmp_path / "show.png")
    again = Image.open(io.BytesIO((tmp_path / "show.png").read_bytes()))
    assert again.format == "PNG"
    near = again.convert("RGB").getpixel((MARGIN_PX + 15 * SCALE + 5, MARGIN_PX + 25 * SCALE + 5))
    wanted = ImageColor.getrgb(rendering.GROUND)
    assert isinstance(near, tuple)
    assert max(abs(a - b) for a, b in zip(near, wanted, strict=True)) <= 2


@pytest.mark.parametrize("name", ["caldera", "millrace", "generated:3"])
def test_real_maps_can_be_drawn(name: str) -> None:
    world, found = load_map(shipped_data() / "maps", name, 0.5)
    assert world is not None
    assert found == []
    assert render(world, 2).size == image_size(world, 2)
    assert len(render(world, 4).getcolors(1_000_000) or []) > 50


def test_the_pictures_in_the_docs_are_of_the_maps_as_they_are(tmp_path: Path) -> None:
    images = Path(__file__).resolve().parents[2] / "docs" / "images"
    for name in ("caldera", "millrace"):
        world, _ = load_map(shipped_data() / "maps", name, 0.5)
        assert world is not None
        drawn = render(world, 6).convert("L").resize((120, 120))
        kept = Image.open(images / f"map-{name}.png").convert("RGB").convert("L").resize((120, 120))
        apart = sum(abs(a - b) > 24 for a, b in zip(drawn.tobytes(), kept.tobytes(), strict=True))
        assert apart < 120 * 120 / 500, f"draw docs/images/map-{name}.png again"
