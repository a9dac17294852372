"""What comes out is a small picture of our own making; what is no picture is refused."""

from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from server.api.pictures import recode_apart
from server.errors import NotAPicture
from server.pictures.recoding import LONGEST_SIDE, MOST_PIXELS, Recoded, recode
from tests.pictures.drawn import BLUE, RED, SECRET, WHITE, corners, from_a_camera, png, saved


def opened(made: Recoded) -> Image.Image:
    picture = Image.open(BytesIO(made.content))
    assert (picture.format, picture.size) == ("WEBP", (made.width, made.height))
    return picture


def colours(made: Recoded) -> list[tuple[int, int, int]]:
    """Of the four quarters' middles, by rows, to the nearest of full and none."""
    picture = opened(made).convert("RGB")
    w, h = picture.size
    spots = [(w // 4, h // 4), (3 * w // 4, h // 4), (w // 4, 3 * h // 4), (3 * w // 4, 3 * h // 4)]
    return [tuple(255 * (part > 127) for part in picture.getpixel(spot)) for spot in spots]  # type: ignore[misc,union-attr]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_each_kind_stays_what_it_shows(kind: str) -> None:
    made = recode(saved(corners(), kind))
    assert (made.width, made.height) == (60, 40)
    assert colours(made) == [RED, WHITE, WHITE, BLUE]


@pytest.mark.parametrize(
    ("orientation", "shown"),
    [
        (1, [RED, WHITE, WHITE, BLUE]),
        (2, [WHITE, RED, BLUE, WHITE]),
        (3, [BLUE, WHITE, WHITE, RED]),
        (4, [WHITE, BLUE, RED, WHITE]),
        (5, [RED, WHITE, WHITE, BLUE]),
        (6, [WHITE, RED, BLUE, WHITE]),
        (7, [BLUE, WHITE, WHITE, RED]),
        (8, [WHITE, BLUE, RED, WHITE]),
        (99, [RED, WHITE, WHITE, BLUE]),
    ],
)
def test_a_picture_stands_upright(orientation: int, shown: list[tuple[int, int, int]]) -> None:
    made = recode(from_a_camera(orientation))
    assert colours(made) == shown
    assert (made.width, made.height) == ((40, 60) if 5 <= orientation <= 8 else (60, 40))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_the_camera_knew_is_gone(kind: str) -> None:
    given_in = from_a_camera(6, kind) + SECRET
    assert given_in.count(SECRET) == 2
    made = recode(given_in)
    assert SECRET not in made.content
    assert not opened(made).getexif()
    assert {"exif", "icc_profile", "xmp"}.isdisjoint(opened(made).info)


@pytest.mark.parametrize(
    ("size", "small"), [((4000, 2000), (1024, 512)), ((30, 3000), (10, 1024)), ((1024, 1024), (1024, 1024))]
)
def test_a_picture_is_scaled_down_to_fit(size: tuple[int, int], small: tuple[int, int]) -> None:
    made = recode(saved(corners(*size), "PNG"))
    assert (made.width, made.height) == small
    assert max(small) <= LONGEST_SIDE


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_of_picture_is_taken(mode: str) -> None:
    plain = corners().convert("L") if mode.startswith("I") else corners()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    try:
        data = saved(plain.convert(mode), kind)
    except (OSError, ValueError):
        pytest.skip(f"{kind} has no mode {mode}")
    made = recode(data)
    assert (made.width, made.height) == (60, 40)


@pytest.mark.parametrize("grey", [0, 30_000, 65_535])
def test_sixteen_bits_of_grey_become_eight(grey: int) -> None:
    shown = opened(recode(saved(Image.new("I;16", (8, 8), grey), "PNG"))).convert("L").getpixel((4, 4))
    assert shown == pytest.approx(grey / 257, abs=2)


def test_what_is_transparent_stays_so() -> None:
    picture = corners().convert("RGBA")
    picture.paste((0, 0, 0, 0), (30, 0, 60, 20))
    made = opened(recode(saved(picture, "PNG")))
    assert (made.mode, made.getpixel((45, 10))[3], made.getpixel((10, 10))[3]) == ("RGBA", 0, 255)  # type: ignore[index]


def test_of_a_moving_picture_the_first_stays() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    made = recode(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    assert colours(made) == [RED] * 4
    assert getattr(opened(made), "n_frames", 1) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        saved(corners(), "GIF"),
        saved(corners(), "TIFF"),
        saved(corners(), "BMP"),
        b"%PDF-1.7",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\x89PNG\r\n\x1a\n",
        saved(corners(), "PNG")[:-40],
        png(0, 10),
        png(MOST_PIXELS + 1, 1),
        png(7000, 7000),
        png(2**31 - 1, 2**31 - 1),
    ],
    ids=range(14),
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        recode(data)


SEEDS = [saved(corners(), kind) for kind in ("PNG", "JPEG", "WEBP")] + [from_a_camera(6, "PNG"), from_a_camera(3)]


@given(
    st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=8), st.integers(0)
)
@example(SEEDS[0], [(16, 255)], 0)
@settings(max_examples=200)
def test_damaged_pictures_are_taken_or_refused(seed: bytes, edits: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(seed)
    for at, value in edits:
        data[at % len(data)] = value
    try:
        made = recode(bytes(data[: len(data) - cut % 50]))
    except NotAPicture:
        return
    assert max(made.width, made.height) <= LONGEST_SIDE
    assert opened(made).mode in ("RGB", "RGBA")


def test_apart_it_is_the_same() -> None:
    largest = saved(Image.new("RGB", (8000, 5000), RED), "JPEG", quality=30)
    assert recode_apart(largest) == recode(largest)
    assert recode_apart(saved(Image.new("RGBA", (8000, 5000)), "PNG")).width == LONGEST_SIDE
    with pytest.raises(NotAPicture):
        recode_apart(b"\x89PNG\r\n\x1a\n")
