"""`tongchou up` says where it runs once somebody who goes there is answered."""

from __future__ import annotations

import socket

from tongchou.cli.up import _answers


def test_it_answers_from_when_it_listens_until_it_ends() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
        assert not _answers("127.0.0.1", port)  # started, and not yet listening
        place.listen()
        assert _answers("127.0.0.1", port)
    assert not _answers("127.0.0.1", port)
