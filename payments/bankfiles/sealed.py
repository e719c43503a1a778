"""The AES zip that a bank file travels in. Pure but for the bytes it is given.

One file in each zip, AES-256, streamed both ways: neither side holds the whole of it.
"""

import secrets
from collections.abc import Iterable
from typing import IO

import pyzipper

PASSWORD_LETTERS = (
    "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"  # none that look alike
)
PASSWORD_LENGTH = 20  # 115 bits


def new_password() -> str:
    """A password that can be read out over the telephone."""
    return "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))


def seal(target: IO[bytes], name: str, pieces: Iterable[bytes | memoryview], password: str) -> None:
    """Write one zip with one encrypted file into `target`."""
    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as sealed:
        sealed.setpassword(password.encode())
        with sealed.open(name, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)


def opened(source: IO[bytes], password: str) -> IO[bytes]:
    """The one file in a zip, to read; RuntimeError for a wrong password."""
    sealed = pyzipper.AESZipFile(source)
    sealed.setpassword(password.encode())
    file: IO[bytes] = sealed.open(sealed.namelist()[0])
    return file
