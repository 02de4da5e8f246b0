"""Values that nobody would give on purpose, as hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(categories=("Cc", "Cs", "Cf", "Co", "Zl", "Zp", "Mn")), max_size=8),
    st.sampled_from(["", " ", "\x00", "\ud800", "\udfff abc", "\r\n", "../..", "/", "~", "-", "--", "null", "NaN",
                     "-1", "1e999", "{}", "[]", "{0}", "%s", "=", ",", "a,,b", "٣", "kin\x00",
                     "\N{RIGHT-TO-LEFT OVERRIDE}kin"]),
    st.sampled_from("xé\N{GRINNING FACE}\ud800\x07").flatmap(lambda one: st.sampled_from([one * 300, one * 60_000])),
)  # fmt: skip
INTEGERS = st.one_of(st.integers(-3, 20), st.integers(), st.sampled_from([2**31, 2**63, 10**30, -(10**30)]))
NUMBERS = st.one_of(INTEGERS, st.floats(), st.sampled_from([float("nan"), float("inf"), -0.0, 1e308, 2.0]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
