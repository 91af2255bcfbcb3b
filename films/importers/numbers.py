from typing import Final

HIGHEST: Final = 10**9
_PAGE_BITS: Final = 16
_PAGE_BYTES: Final = 1 << (_PAGE_BITS - 3)


class NumberSet:
    """A set of whole numbers below a thousand million, a bit each: 35 million of them take four megabytes.

    What it may take is bounded (125 MB) whatever the numbers are.
    """

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, number: int) -> bool:
        """Put the number in; True when it was not there yet. Raises ValueError when it is out of range."""
        if not 0 <= number < HIGHEST:
            raise ValueError(f"{number} is out of range")
        page = self._pages.get(number >> _PAGE_BITS)
        if page is None:
            page = self._pages[number >> _PAGE_BITS] = bytearray(_PAGE_BYTES)
        place, bit = (number >> 3) & (_PAGE_BYTES - 1), 1 << (number & 7)
        is_new = not page[place] & bit
        page[place] |= bit
        return is_new

    def __contains__(self, number: int) -> bool:
        page = self._pages.get(number >> _PAGE_BITS)
        return page is not None and bool(page[(number >> 3) & (_PAGE_BYTES - 1)] & (1 << (number & 7)))
