"""A stranger's picture -> a small one of our own making. A child process runs this, so it imports little.

Only the pixels come through: no camera's notes, no place, no profile, no second picture, nothing behind the end.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from pydantic import Base64Bytes

from server.errors import NotAPicture

LONGEST_SIDE = 1024
MOST_PIXELS = 40_000_000
MEDIA_TYPE = "image/webp"
_QUALITY = 90
_ORIENTATION = 0x0112  # EXIF 2.32, 4.6.4
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Recoded:
    """WebP of at most 1024 pixels a side."""

    content: Base64Bytes  # as it is told; what it holds are the bytes themselves
    width: int
    height: int


def kind_of(data: bytes) -> str | None:
    """Pillow's name of the format, by what the file holds, whatever anybody calls it."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def recode(data: bytes) -> Recoded:
    """The picture, upright, scaled down and encoded anew.

    Raises:
        NotAPicture: it is none, or of a kind or size that is not taken.
    """
    kind = kind_of(data)
    if kind is None:
        raise NotAPicture("This is no PNG, JPEG or WebP picture.")
    Image.MAX_IMAGE_PIXELS = None  # what may be is said here
    try:
        with Image.open(BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAPicture(f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels.")
            return _encoded(_pixels(picture))
    except (NotAPicture, MemoryError):
        raise
    except Exception:  # decoders raise anything
        raise NotAPicture("The picture is damaged.") from None


def _pixels(picture: Image.Image) -> Image.Image:
    """The pixels alone, small and upright."""
    size = (LONGEST_SIDE, LONGEST_SIDE)
    picture.draft("RGB", size)
    turn = _turn(picture)
    plain = picture
    if picture.mode.startswith("I"):  # 16 bits of grey, of which `convert` alone would cut off what is above 255
        plain = picture.point(lambda grey: grey * (1 / 256)).convert("L")
    plain = plain.convert("RGBA" if plain.has_transparency_data else "RGB")
    plain.thumbnail(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if turn is not None:
        plain = plain.transpose(turn)
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """What sets the picture upright, by how the camera was held, if it says so legibly."""
    try:
        return _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # struct.error, SyntaxError and others
        return None


def _encoded(picture: Image.Image) -> Recoded:
    out = BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=4)
    return Recoded(out.getvalue(), picture.width, picture.height)
