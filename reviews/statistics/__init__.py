"""A member's numbers: what they think of (`votes`), when they did it (`activity`, `years`), whom they agree with (`matching`)."""
