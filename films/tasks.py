"""Work that happens later or again. Each task loads by id and calls one service."""
