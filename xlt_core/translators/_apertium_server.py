"""An `apertium-apy` server, by its address: /listPairs and /translate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xlt_core.records import HostError, InputError

if TYPE_CHECKING:
    import httpx


class Server:
    """The server. address: such as http://127.0.0.1:2737; patience: seconds for an answer."""

    absent = ""

    def __init__(self, address: str, patience: float = 15.0) -> None:
        self.address, self.patience = address.rstrip("/"), patience

    def version(self) -> str:
        return f"apertium-apy at {self.address}"

    def pairs(self) -> frozenset[str]:
        """Raises InputError where nobody answers there."""
        session = self.session("")
        try:
            rows = session.ask("listPairs", {})
            return frozenset(f"{row['sourceLanguage']}-{row['targetLanguage']}" for row in rows)
        except (HostError, KeyError, TypeError) as error:
            said = f" ({error})" if isinstance(error, HostError) else ""
            raise InputError(
                f"There is no apertium-apy server at {self.address}{said}; start it, or name another."
            ) from None
        finally:
            session.close()

    def revision(self, pairs: Sequence[str]) -> str:
        """The address and its pairs: a server tells no version."""
        return ", ".join([self.version(), *pairs])

    def session(self, pair: str) -> Requests:
        return Requests(self.address, pair, self.patience)


class Requests:
    """The requests of one call."""

    def __init__(self, address: str, pair: str, patience: float) -> None:
        import httpx

        self._address, self._pair, self._patience = address, pair, patience
        self._client: httpx.Client = httpx.Client(timeout=patience, trust_env=False)

    def __call__(self, segments: Sequence[str]) -> list[str]:
        """The segments, translated. Raises HostError."""
        return [self._translated(segment) for segment in segments]

    def close(self) -> None:
        self._client.close()

    def _translated(self, segment: str) -> str:
        asked = {"langpair": self._pair.replace("-", "|"), "q": segment, "markUnknown": "no", "format": "txt"}
        data = self.ask("translate", asked)
        text = data.get("translatedText") if isinstance(data, dict) else None
        if not isinstance(text, str):
            raise HostError("The answer of the apertium-apy server has no translatedText.")
        return " ".join(text.splitlines())

    def ask(self, what: str, asked: dict[str, str]) -> Any:
        """The responseData of an answer. Raises HostError."""
        import httpx

        try:
            answer = self._client.post(f"{self._address}/{what}", data=asked)
            data = answer.json() if answer.is_success else {}
        except httpx.TimeoutException:
            raise HostError(f"apertium-apy gave no answer within {self._patience:g} seconds.") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RuntimeError) as error:
            raise HostError(f"apertium-apy did not answer ({error}).") from None
        if not isinstance(data, dict) or "responseData" not in data:
            raise HostError(f"apertium-apy answered with status {answer.status_code}.")
        return data["responseData"]
