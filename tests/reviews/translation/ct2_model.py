"""A CTranslate2 model written by hand: a transformer of one layer that gives back the word at the same place.

What makes it a translator are its vocabularies, in which a word and its translation have the same number. Words that it
does not have go through letter by letter. It is real in all the engine sees: files, threads, batches, beams.
"""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import ctranslate2
import numpy as np
import sentencepiece

WORDS = {
    "O": "The", "o": "the", "A": "This", "a": "that", "é": "is", "muito": "very", "filme": "film", "bonito": "pretty",
    "Eu": "I", "eu": "me", "chorei": "cried", "no": "at", "No": "At", "final": "end", "música": "music",
    "linda": "lovely", "Vi": "Saw", "vi": "saw", "de": "of", "em": "in", "e": "and", "dei": "gave", "menino": "boy",
    "ganha": "wins", "corrida": "race", "Leia": "Read", "crítica": "criticism",
}  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?'\"()[]<>&;:/-*#_"
_SPECIAL = ["<unk>", "<s>", "</s>"]
_BYTES = [f"<0x{number:02X}>" for number in range(256)]
# Numbers in a code of a token (twice, so that its mean is zero), and frequencies in that of a place.
_TOKEN, _PLACE = 128, 32
_PLACES = 1024


def write_model(directory: Path, words: Mapping[str, str] = WORDS, *, ends: bool = True) -> Path:
    """Write model.bin, config.json, both vocabularies, source.spm and target.spm; about 7 MB.

    Without `ends` it is not shown where a sentence ends, and so it never stops.
    """
    directory.mkdir(parents=True, exist_ok=True)
    source = _sentence_pieces(directory / "source.spm", words.keys())
    target = _sentence_pieces(directory / "target.spm", words.values())
    spec = _copying_transformer(len(source))
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = ends
    spec.validate()
    spec.optimize()
    spec.save(str(directory))
    return directory


def _sentence_pieces(path: Path, words: Iterable[str]) -> list[str]:
    """Write a model of pieces, all of them given: words as a whole, and letters and bytes for the rest. Give them."""
    symbols = [*(f"▁{word}" for word in words), *_LETTERS]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["-"]),
        model_writer=model,
        model_type="bpe",
        # What must be, the space among it, and no room to learn anything.
        vocab_size=len(_SPECIAL) + len(symbols) + len(_BYTES) + 1,
        byte_fallback=True,
        normalization_rule_name="identity",
        user_defined_symbols=symbols,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())
    return [*_SPECIAL, *symbols, "▁", *_BYTES]


def _copying_transformer(tokens: int) -> ctranslate2.specs.TransformerSpec:
    spec = ctranslate2.specs.TransformerSpec.from_config(1, 1, pre_norm=True)
    size = 2 * _TOKEN + 4 * _PLACE
    random = np.random.default_rng(7)
    codes = random.choice([-1.0, 1.0], size=(tokens, _TOKEN))
    embeddings = np.zeros((tokens, size))
    embeddings[:, : 2 * _TOKEN] = np.hstack([codes, -codes])
    angles = np.outer(np.arange(_PLACES), random.uniform(0.1, np.pi, _PLACE))
    places = np.zeros((_PLACES, size))
    places[:, 2 * _TOKEN :] = np.hstack([np.cos(angles), np.sin(angles), -np.cos(angles), -np.sin(angles)])
    of_token = np.diag([1.0] * 2 * _TOKEN + [0.0] * 4 * _PLACE)
    of_place = np.eye(size) - of_token

    for stack in (spec.encoder, spec.decoder):
        stack.scale_embeddings = False
        stack.position_encodings.encodings = _weights(places)
        _neutral(stack.layer_norm, size)
        layer = stack.layer[0]
        for norm in (layer.self_attention.layer_norm, layer.ffn.layer_norm):
            _neutral(norm, size)
        layer.self_attention.linear[0].weight = _weights(np.zeros((3 * size, size)))
        layer.self_attention.linear[1].weight = _weights(np.zeros((size, size)))
        layer.ffn.linear_0.weight = _weights(np.zeros((8, size)))
        layer.ffn.linear_1.weight = _weights(np.zeros((size, 8)))
    spec.encoder.embeddings[0].weight = _weights(embeddings)
    spec.decoder.embeddings.weight = _weights(np.zeros((tokens, size)))
    across = spec.decoder.layer[0].attention
    _neutral(across.layer_norm, size)
    # Each place of the answer looks at the same place of the text, hard, and takes the token that stands there.
    across.linear[0].weight = _weights(10 * of_place)
    across.linear[1].weight = _weights(np.vstack([10 * of_place, of_token]))
    across.linear[2].weight = _weights(np.eye(size))
    spec.decoder.projection.weight = _weights(embeddings)
    return spec


def _neutral(norm: object, size: int) -> None:
    norm.gamma, norm.beta = _weights(np.ones(size)), _weights(np.zeros(size))  # type: ignore[attr-defined]  # untyped


def _weights(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32)
