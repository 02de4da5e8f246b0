"""Tiny translation models of three families, each with a real tokenizer of its family's class, that know nine texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import sentencepiece
import torch
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    NllbTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
)

TEXTS = {
    "eng": ("The doctor came.", "We sell bread.", "Rain fell yesterday."),
    "swa": ("Daktari alikuja.", "Tunauza mkate.", "Mvua ilinyesha jana."),
    "amh": ("ሐኪሙ መጣ።", "ዳቦ እንሸጣለን።", "ትናንት ዘነበ።"),
}
CODES = {
    "nllb": {"eng": "eng_Latn", "swa": "swh_Latn", "amh": "amh_Ethi"},
    "m2m100": {"eng": "en", "swa": "sw", "amh": "am"},
    "madlad": {"eng": "en", "swa": "sw", "amh": "am"},
}
SIZES = {f"{side}_{what}": n for side in ("encoder", "decoder")
         for what, n in (("layers", 1), ("attention_heads", 4), ("ffn_dim", 64))}  # fmt: skip


def _spm(folder: Path, name: str, **options: object) -> Path:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text for texts in TEXTS.values() for text in texts] * 5),
        model_prefix=str(folder / name.removesuffix(".model")),
        vocab_size=400,
        hard_vocab_limit=False,
        character_coverage=1.0,
        num_threads=1,
        minloglevel=2,
        **options,
    )
    return folder / name


def nllb_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    _spm(folder, "sentencepiece.bpe.model", bos_id=0, pad_id=1, eos_id=2, unk_id=3)
    return NllbTokenizer.from_pretrained(folder, extra_special_tokens=list(CODES["nllb"].values()))


def m2m100_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    model = _spm(folder, "spm.model")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    pieces = [processor.id_to_piece(i) for i in range(len(processor))]
    vocabulary = dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *pieces])
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(vocabulary)}), "utf-8")
    return M2M100Tokenizer(str(folder / "vocab.json"), str(model))


def madlad_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    codes = ",".join(f"<2{code}>" for code in (*CODES["madlad"].values(), "mos"))
    _spm(folder, "spiece.model", pad_id=1, eos_id=2, unk_id=0, bos_id=-1, user_defined_symbols=codes)
    return T5Tokenizer.from_pretrained(folder)


def m2m100_model(tokens: int) -> PreTrainedModel:
    """Of NLLB's and M2M100's architecture."""
    return M2M100ForConditionalGeneration(
        M2M100Config(vocab_size=tokens, d_model=32, max_position_embeddings=64, dropout=0.0, attention_dropout=0.0,
                     encoder_layerdrop=0.0, decoder_layerdrop=0.0, decoder_start_token_id=2, **SIZES)
    )  # fmt: skip


def t5_model(tokens: int) -> PreTrainedModel:
    config = T5Config(vocab_size=tokens, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4, n_positions=64,
                      dropout_rate=0.0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=1)  # fmt: skip
    return T5ForConditionalGeneration(config)


MAKERS = {
    "nllb": (nllb_tokenizer, m2m100_model),
    "m2m100": (m2m100_tokenizer, m2m100_model),
    "madlad": (madlad_tokenizer, t5_model),
}


def make(family: str, folder: Path) -> Path:
    """A folder with the model and the tokenizer, as they are published."""
    scratch = folder / "scratch"
    scratch.mkdir()
    make_tokenizer, make_model = MAKERS[family]
    tokenizer = make_tokenizer(scratch)
    torch.manual_seed(0)
    model = make_model(len(tokenizer) + 128)  # M2M100 keeps its hundred languages behind its vocabulary
    _teach(model, tokenizer, _rows(family, tokenizer))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _rows(family: str, tokenizer: PreTrainedTokenizerBase) -> list[tuple[list[int], list[int]]]:
    """Tokens of each text in each language, in the way that the family's model cards tell, with those of another."""
    rows = []
    for source, target in permutations(TEXTS, 2):
        ours, theirs = CODES[family][source], CODES[family][target]
        for text, other in zip(TEXTS[source], TEXTS[target], strict=True):
            if family == "madlad":
                rows.append([tokenizer(given)["input_ids"] for given in (f"<2{theirs}> {text}", other)])
                continue
            row = []
            for tokenizer.src_lang, given in ((ours, text), (theirs, other)):
                row.append(tokenizer(given)["input_ids"])
            rows.append(row)
    return rows


def _teach(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Sequence[list[int]]]) -> None:
    """Trains until every text is known by heart."""
    batch = tokenizer.pad({"input_ids": [row[0] for row in rows]}, return_tensors="pt")
    labels = tokenizer.pad({"input_ids": [row[1] for row in rows]}, return_tensors="pt")["input_ids"]
    given = {name: batch[name] for name in ("input_ids", "attention_mask")}
    begin = model.config.decoder_start_token_id
    given |= {"decoder_input_ids": labels.roll(1, 1).index_fill(1, torch.tensor(0), begin)}
    labels = labels.masked_fill(labels == tokenizer.pad_token_id, -100)
    if model.config.model_type == "m2m_100":
        labels[:, 0] = -100  # the target's token is given, not foretold
    optimizer = torch.optim.Adam(model.parameters(), lr=0.006, betas=(0.9, 0.98))
    for _ in range(400):
        loss = model(**given, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss < 0.02:
            return
    raise AssertionError(f"the tiny model did not learn its texts (loss {loss:.3f})")
