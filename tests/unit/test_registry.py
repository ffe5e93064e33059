"""The registry of data sets, downloads from a server on this machine, and the `data` command."""

from __future__ import annotations

import hashlib
import http.server
import json
import sys
import threading
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest

from graphrec_utils import data, data_commands, paths
from graphrec_utils.data import Interactions, Split, download, formats, registry

BODY = bytes(range(256)) * 1000  # 256,000 bytes, and not the same after a shift
SUM = hashlib.sha256(BODY).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """The first part of the path says how to behave, so that one server plays all roles."""

    def do_GET(self):
        behaviour = self.path.split("/")[1]
        asked = self.headers.get("Range")
        self.server.requests.append((behaviour, asked))
        times = sum(name == behaviour for name, _ in self.server.requests)
        if behaviour == "absent" or (behaviour == "busy" and times == 1):
            return self.send_error(404 if behaviour == "absent" else 503)
        body = self.server.bodies.get(self.path.rsplit("/", 1)[-1], BODY)
        body = {"wrong": body[::-1], "login": b"<html>please log in</html>"}.get(behaviour, body)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if behaviour == "no-ranges":
            start = 0
        if behaviour == "long":
            body *= 100
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if behaviour != "long":
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        part = body[start:]
        if behaviour == "cut-always" or (behaviour == "cut" and times == 1):
            part = part[: len(part) // 2]
        try:
            for start in range(0, len(part), 1 << 16):
                self.server.sent += self.wfile.write(part[start : start + (1 << 16)])
        except ConnectionError:
            pass  # the client has had enough

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    """A web server on 127.0.0.1; `server.requests` are the (behaviour, Range) it was asked for."""
    monkeypatch.setattr(download, "PAUSE", 0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.requests, server.bodies, server.sent = [], {}, 0
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def get(server, tmp_path):
    """Download BODY from addresses of these behaviours to `get.target`."""

    def run(*behaviours):
        urls = [f"{server.url}/{behaviour}/f.bin" for behaviour in behaviours]
        download.download(urls, run.target, len(BODY), SUM)
        return run.target.read_bytes()

    run.target = tmp_path / "set" / "f.bin"
    run.part = tmp_path / "set" / "f.bin.part"
    return run


# --------------------------------------------------------------------- downloads


def test_a_file_arrives_whole_and_leaves_nothing_else(get):
    assert get("good") == BODY
    assert list(get.target.parent.iterdir()) == [get.target]


def test_a_partial_file_is_continued_where_it_stopped(get, server):
    get.part.parent.mkdir()
    get.part.write_bytes(BODY[:1000])
    assert get("good") == BODY
    assert server.requests == [("good", "bytes=1000-")]


def test_a_server_that_ignores_ranges_starts_the_file_anew(get, server):
    get.part.parent.mkdir()
    get.part.write_bytes(BODY[:1000])
    assert get("no-ranges") == BODY
    assert len(server.requests) == 1


def test_a_complete_partial_file_needs_no_request(get, server):
    get.part.parent.mkdir()
    get.part.write_bytes(BODY)
    assert get("good") == BODY and server.requests == []


def test_a_cut_connection_goes_on_by_itself(get, server):
    assert get("cut") == BODY
    assert server.requests == [("cut", None), ("cut", f"bytes={len(BODY) // 2}-")]


def test_after_a_404_the_next_mirror_is_asked(get, server):
    assert get("absent", "good") == BODY
    assert [behaviour for behaviour, _ in server.requests] == ["absent", "good"]


def test_a_busy_server_is_asked_again(get, server):
    assert get("busy") == BODY
    assert len(server.requests) == 2


def test_a_wrong_checksum_leads_to_the_next_mirror(get, server):
    assert get("wrong", "good") == BODY
    assert server.requests[1] == ("good", None)  # not continued from the wrong bytes


def test_a_wrong_beginning_is_found_and_fetched_anew(get, server):
    get.part.parent.mkdir()
    get.part.write_bytes(b"?" * 1000)
    assert get("good") == BODY
    assert server.requests == [("good", "bytes=1000-"), ("good", None)]


def test_wrong_bytes_never_appear_under_the_name_of_the_file(get):
    with pytest.raises(download.DownloadError, match="another checksum"):
        get("wrong")
    assert list(get.target.parent.iterdir()) == []


def test_a_login_page_is_recognized_by_its_size(get, server):
    with pytest.raises(download.DownloadError, match="has 26 bytes, not 256,000"):
        get("login")
    assert len(server.requests) == 1


def test_a_stream_without_end_is_left_after_a_byte_too_many(get, server):
    with pytest.raises(download.DownloadError, match="another checksum"):
        get("long")
    assert server.sent < 50 * len(BODY)  # of 100: what the sockets hold is on its way already


def test_what_arrived_before_a_lasting_cut_is_kept_for_the_next_run(get, server):
    with pytest.raises(download.DownloadError, match=r"broke after 240,000 of 256,000"):
        get("cut-always")  # 1/2 + 1/4 + 1/8 + 1/16
    assert not get.target.exists()
    assert get("good") == BODY
    assert server.requests[-1] == ("good", "bytes=240000-")


def test_an_earlier_good_file_survives_a_failed_download(get):
    get.target.parent.mkdir()
    get.target.write_bytes(b"older")
    with pytest.raises(download.DownloadError):
        get("wrong")
    assert get.target.read_bytes() == b"older"


def test_every_address_is_named_with_its_reason(get, server):
    with pytest.raises(download.DownloadError) as caught:
        get("absent", "wrong")
    assert f"{server.url}/absent/f.bin: HTTP 404" in str(caught.value)
    assert f"{server.url}/wrong/f.bin: the file there has another checksum" in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
def test_a_full_disk_is_told_at_once_and_leaves_no_half(get, server):
    get.part.parent.mkdir()
    get.part.symlink_to("/dev/full")
    with pytest.raises(download.DownloadError, match=r"disk is full: f\.bin needs 256,000 bytes"):
        get("good", "good")
    assert len(server.requests) == 1 and list(get.part.parent.iterdir()) == []


def test_without_a_server_the_reason_is_the_network(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "PAUSE", 0)
    with pytest.raises(download.DownloadError, match=r"(?i)refused"):
        download.download(["http://127.0.0.1:9/f"], tmp_path / "f", 1, SUM)


# ---------------------------------------------------------------- data.load, fetch


@pytest.fixture
def course(tmp_path, monkeypatch, server):
    """A registry of one small set, in an empty world: no data folder, an empty cache."""
    content = b"1::0000020::8::100\n2::0000007::3::50\n"
    titles = b"0000020::Twenty (2000)::Drama\n0000007::Seven (1999)::War\n"
    files = [
        {
            "path": f"movietweetings-100k/{name}",
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "urls": [f"{server.url}/absent/{name}"],
        }
        for name, body in (("ratings.dat", content), ("movies.dat", titles))
    ]
    world = types.SimpleNamespace(
        bodies={"ratings.dat": content, "movies.dat": titles},
        own=tmp_path / "own",
        cache=tmp_path / "cache" / "datasets",
        files=files,
    )
    about = {"what": "films", "terms": "MIT", "citation": "us", "redistribution": True}
    world.registry = {"movietweetings-100k": {"files": files, **about}}
    monkeypatch.setattr(registry, "read", lambda: world.registry)
    monkeypatch.setenv("GRAPHREC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GRAPHREC_DATA_DIR", raising=False)

    def put(folder: Path):
        (folder / "movietweetings-100k").mkdir(parents=True, exist_ok=True)
        for name, body in world.bodies.items():
            (folder / "movietweetings-100k" / name).write_bytes(body)

    world.put = put
    return world


def test_the_data_folder_comes_before_the_cache(course, monkeypatch, capsys):
    course.put(course.own)
    course.put(course.cache)
    monkeypatch.setenv("GRAPHREC_DATA_DIR", str(course.own))
    found = data.fetch("movietweetings-100k")
    assert found["ratings.dat"].is_relative_to(course.own)
    assert capsys.readouterr().out == "movietweetings-100k from GRAPHREC_DATA_DIR\n"


def test_the_cache_is_used_without_a_data_folder(course, capsys):
    course.put(course.cache)
    assert data.load("movietweetings-100k").summary()["edges"] == 2
    assert capsys.readouterr().out == "movietweetings-100k from cache\n"


def test_a_download_is_told_once_and_is_the_cache_next_time(course, server, capsys):
    server.bodies.update(course.bodies)
    course.files[1]["urls"] = [f"{server.url}/good/movies.dat"]
    (course.cache / "movietweetings-100k").mkdir(parents=True)  # the other file is here
    (course.cache / course.files[0]["path"]).write_bytes(course.bodies["ratings.dat"])
    assert data.load("movietweetings-100k").summary()["edges"] == 2
    assert data.load("movietweetings-100k").summary()["edges"] == 2
    assert capsys.readouterr().out.splitlines() == [
        "movietweetings-100k from download",
        "movietweetings-100k from cache",
    ]


def test_terms_are_shown_before_the_first_download_of_a_set_not_to_be_passed_on(
    course, server, capsys
):
    server.bodies.update(course.bodies)
    course.registry["movietweetings-100k"] |= {"redistribution": False, "terms": "Ours."}
    for file in course.files:
        file["urls"] = [f"{server.url}/good/{file['path']}"]
    data.fetch("movietweetings-100k")
    data.fetch("movietweetings-100k")
    assert capsys.readouterr().out.splitlines() == [
        "movietweetings-100k is not ours to pass on. Ours. Cite: us",
        "movietweetings-100k from download",
        "movietweetings-100k from cache",
    ]


def test_an_unknown_name_suggests_the_nearest_one():
    with pytest.raises(ValueError, match=r"'gowala': did you mean 'gowalla'"):
        data.load("gowala")


def test_offline_the_sentence_names_the_file_and_the_folder_and_the_variable(course):
    with pytest.raises(data.Unavailable) as caught:
        data.load("movietweetings-100k")
    sentence = str(caught.value)
    assert sentence.startswith("movietweetings-100k/ratings.dat is not on this machine")
    assert str(course.cache / "movietweetings-100k" / "ratings.dat") in sentence
    assert "GRAPHREC_DATA_DIR" in sentence and "\n" not in sentence


def test_offline_with_a_data_folder_the_sentence_names_that_folder(course, monkeypatch):
    monkeypatch.setenv("GRAPHREC_DATA_DIR", str(course.own))
    with pytest.raises(data.Unavailable) as caught:
        data.load("movietweetings-100k")
    assert str(course.own / "movietweetings-100k" / "ratings.dat") in str(caught.value)


def test_a_cache_that_cannot_be_written_gets_the_same_sentence(course):
    course.cache.parent.mkdir(parents=True)
    course.cache.write_text("a file where the folder should be")
    with pytest.raises(data.Unavailable, match="could not be downloaded"):
        data.load("movietweetings-100k")


def test_a_damaged_file_in_the_cache_is_set_aside_and_not_read(course, capsys):
    course.put(course.cache)
    ratings = course.cache / "movietweetings-100k" / "ratings.dat"
    ratings.write_bytes(course.bodies["ratings.dat"].replace(b"8", b"9"))
    with pytest.raises(data.Unavailable):
        data.load("movietweetings-100k")
    assert not ratings.exists() and ratings.with_name("ratings.dat.bad").exists()
    assert "checksum" in capsys.readouterr().out


def test_a_wrong_file_in_the_data_folder_stays_there_and_stops_the_run(course, monkeypatch):
    course.put(course.own)
    course.put(course.cache)
    monkeypatch.setenv("GRAPHREC_DATA_DIR", str(course.own))
    ratings = course.own / "movietweetings-100k" / "ratings.dat"
    ratings.write_bytes(b"1::1::1::1\n")
    with pytest.raises(data.Unavailable, match="11 bytes instead of 37"):
        data.load("movietweetings-100k")
    assert ratings.read_bytes() == b"1::1::1::1\n"


@pytest.fixture
def package(course, tmp_path, monkeypatch):
    """Let the files of the small set come with a Python package, which is not installed yet."""
    for file in course.files:
        name = Path(file["path"]).name
        file |= {"urls": [], "package": f"small_facts/datasets/{name}"}

    def install():
        folder = tmp_path / "site" / "small_facts"
        (folder / "datasets").mkdir(parents=True)
        (folder / "__init__.py").write_text("raise ImportError('only its files are wanted')")
        for name, body in course.bodies.items():
            (folder / "datasets" / name).write_bytes(body)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
        return folder / "datasets"

    return install


def test_files_are_read_from_a_package_without_importing_it(course, package, capsys):
    package()
    assert data.load("movietweetings-100k").summary()["edges"] == 2
    assert capsys.readouterr().out == "movietweetings-100k from package\n"


def test_a_missing_package_is_named_with_the_command_that_installs_it(course, package):
    with pytest.raises(data.Unavailable) as caught:
        data.load("movietweetings-100k")
    sentence = str(caught.value)
    assert "it comes with the Python package small_facts" in sentence and "\n" not in sentence
    assert "python3 -m pip install --no-deps small_facts" in sentence
    assert str(course.cache / "movietweetings-100k" / "ratings.dat") in sentence


def test_a_package_with_other_bytes_is_refused_and_left_alone(course, package):
    ratings = package() / "ratings.dat"
    ratings.write_bytes(b"x")
    with pytest.raises(data.Unavailable, match=r"\(package\) is not the file.*another version"):
        data.load("movietweetings-100k")
    assert ratings.read_bytes() == b"x"


def test_without_fallback_nothing_takes_the_place_of_a_missing_set(course, monkeypatch):
    monkeypatch.setitem(sys.modules, "graphrec_utils.pinworld", None)  # importing it would fail
    with pytest.raises(data.Unavailable):
        data.load("movietweetings-100k")


@pytest.fixture
def pinworld(monkeypatch):
    """A stand-in for the synthetic world, so that this file tests only what `load` does with it."""
    rng = np.random.default_rng(0)
    table = Interactions(rng.integers(0, 20, 300), rng.integers(0, 30, 300), 20, 30)
    fake = types.ModuleType("graphrec_utils.pinworld")
    fake.load = lambda size: types.SimpleNamespace(interactions=lambda: table)
    monkeypatch.setitem(sys.modules, "graphrec_utils.pinworld", fake)
    import graphrec_utils

    monkeypatch.setattr(graphrec_utils, "pinworld", fake, raising=False)
    return table


def test_the_fallback_is_announced(course, pinworld, capsys):
    assert data.load("movietweetings-100k", fallback=True) is pinworld
    notice = capsys.readouterr().out
    assert notice.startswith("NOTICE: movietweetings-100k is not available here, PinWorld")


def test_the_fallback_is_not_used_when_the_files_are_here(course, pinworld, capsys):
    course.put(course.cache)
    assert data.load("movietweetings-100k", fallback=True) is not pinworld
    assert "NOTICE" not in capsys.readouterr().out


def test_the_fallback_of_gowalla_is_a_split_as_well(course, pinworld):
    course.registry["gowalla"] = course.registry["movietweetings-100k"]
    split = data.load("gowalla", fallback=True)
    assert isinstance(split, Split)
    assert len(split.train) + len(split.test) == len(pinworld) and len(split.val) == 0


def test_a_set_without_a_stand_in_says_so(course, pinworld):
    course.registry["codex-s"] = course.registry["movietweetings-100k"]
    with pytest.raises(data.Unavailable, match="PinWorld has no stand-in for codex-s"):
        data.load("codex-s", fallback=True)


# ------------------------------------------------------------------- registry.json


def test_every_data_set_has_a_reader():
    assert set(registry.read()) == set(formats.LOADERS)


@pytest.mark.parametrize("name", registry.names())
def test_every_entry_is_complete(name):
    entry = registry.entry(name)
    assert set(entry) == {"what", "files", "terms", "citation", "redistribution", "tested"}
    for file in entry["files"]:
        assert set(file) - {"members", "package"} == {"path", "bytes", "sha256", "urls"}
        assert file["path"].startswith(f"{name}/")
        assert len(file["sha256"]) == 64 and file["bytes"] > 0
        assert bool(file["urls"]) != ("package" in file), "each file comes from one place"


@pytest.mark.parametrize("name", registry.names())
def test_every_address_is_encrypted_and_pinned_to_a_commit(name):
    for file in registry.entry(name)["files"]:
        for url in file["urls"]:
            assert url.startswith("https://")
            if "github" in url:
                assert len(url.split("/")[5]) == 40, f"{url} names a branch, which can change"


def test_the_readme_lists_every_data_set():
    text = (paths.data() / "README.md").read_text(encoding="utf-8")
    assert [name for name in registry.names() if f"`{name}`" not in text] == []


def test_the_files_here_are_those_of_the_registry():
    files = [file for name in registry.names() for file in registry.entry(name)["files"]]
    here = [(p, f) for f in files for p in registry.places(f).values() if p.is_file()]
    if not here:
        pytest.skip("no data set is in GRAPHREC_DATA_DIR or in the cache")
    assert [(p, registry.fault(p, f)) for p, f in here if registry.fault(p, f)] == []
    assert [fault for p, f in here for fault in registry.member_faults(p, f)] == []


# --------------------------------------------------------------------- the command


def test_list_shows_paths_terms_and_what_is_absent(course, capsys):
    (course.cache / "movietweetings-100k").mkdir(parents=True)
    here = course.cache / "movietweetings-100k" / "ratings.dat"
    here.write_bytes(course.bodies["ratings.dat"])
    assert data_commands.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert str(here) in shown and "movietweetings-100k/movies.dat  not here" in shown
    assert "terms: MIT" in shown and "GRAPHREC_DATA_DIR  not set" in shown
    assert "movietweetings-100k    0.0  cache, not here    films" in shown


def test_verify_is_negative_when_a_file_is_wrong(course, capsys):
    course.put(course.cache)
    assert data_commands.main(["verify"]) == 0
    (course.cache / "movietweetings-100k" / "movies.dat").write_bytes(b"")
    assert data_commands.main(["verify"]) == 1
    assert "0 bytes instead of" in capsys.readouterr().out


def test_verify_is_negative_only_for_absent_sets_that_were_named(course):
    assert data_commands.main(["verify"]) == 0
    assert data_commands.main(["verify", "movietweetings-100k"]) == 1


def test_verify_looks_into_archives(course, capsys):
    archive = course.cache / "set" / "a.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("folder/train.txt", "0 1")
    body = archive.read_bytes()
    file = {
        "path": "set/a.zip",
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "members": {"train.txt": hashlib.sha256(b"0 2").hexdigest()},
    }
    course.registry["set"] = {"files": [file]}
    assert data_commands.main(["verify", "set"]) == 1
    assert "its member train.txt" in capsys.readouterr().out


def test_fetch_is_negative_when_a_set_cannot_be_had(course, capsys):
    assert data_commands.main(["fetch", "movietweetings-100k"]) == 1
    assert "could not be downloaded" in capsys.readouterr().out
    course.put(course.cache)
    assert data_commands.main(["fetch", "movietweetings-100k"]) == 0


def test_an_unknown_set_could_not_run(capsys):
    assert data_commands.main(["fetch", "gowala"]) == 2
    assert "did you mean 'gowalla'" in capsys.readouterr().out


def test_report_reads_its_own_options(monkeypatch):
    seen = []
    fake = types.ModuleType("graphrec_utils.pinworld.report")
    fake.main = lambda argv: seen.append(argv) or 1
    monkeypatch.setattr(data_commands.importlib, "import_module", lambda name: fake)
    assert data_commands.main(["report", "--seed", "3"]) == 1
    assert seen == [["--seed", "3"]]


def test_help_names_every_command_and_an_example(capsys):
    with pytest.raises(SystemExit) as end:
        data_commands.main(["--help"])
    shown = capsys.readouterr().out
    assert end.value.code == 0 and "example: python3 -m graphrec_utils data fetch" in shown
    assert all(name in shown for name in ("list", "fetch", "verify", "report"))


def test_registry_is_readable_text():
    raw = (paths.data() / "registry.json").read_text(encoding="utf-8")
    assert raw == json.dumps(json.loads(raw), indent=2, ensure_ascii=False) + "\n"
