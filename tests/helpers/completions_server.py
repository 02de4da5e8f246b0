"""A server on loopback that answers as vLLM documents it, with a real model behind it, and that fails on demand."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import nullcontext
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from xlt_core.contracts import Host
from xlt_core.hosts._server import Server
from xlt_core.hosts.remote import connect

Json = dict[str, Any]


class Model:
    """The plain computation: a whole text a forward pass, one at a time, and each text once. What it writes goes on
    from what transformers keeps of the text."""

    def __init__(self, folder: Path) -> None:
        self.echo, self.write = cache(self.echo), cache(self.write)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.adapters = sorted(path.name for path in (folder / "adapters").iterdir())
        self.model: Any = PeftModel.from_pretrained(model, folder / "adapters" / self.adapters[0], self.adapters[0])
        for name in self.adapters[1:]:
            self.model.load_adapter(folder / "adapters" / name, name)
        self.model.eval()
        self.lock = threading.Lock()

    @torch.no_grad()
    def logits(self, ids: list[int], name: str, kept: DynamicCache | None = None) -> torch.Tensor:
        """kept: of the text before; the ids are added to it."""
        with self.lock:
            if name in self.adapters:
                self.model.set_adapter(name)
            with nullcontext() if name in self.adapters else self.model.disable_adapter():
                return self.model(torch.tensor([ids]), past_key_values=kept, use_cache=kept is not None).logits[0]

    def echo(self, text: str, name: str) -> Json:
        """What vLLM puts under logprobs: its offsets add up the tokens as they decode one by one, <s> included."""
        ids = self.tokenizer(text).input_ids
        logs = self.logits(ids, name).log_softmax(-1)
        tokens = [self.tokenizer.decode([token]) for token in ids]
        offsets = [sum(map(len, tokens[:i])) for i in range(len(tokens))]
        values = [None, *(float(logs[i - 1, ids[i]]) for i in range(1, len(ids)))]
        return {"tokens": tokens, "text_offset": offsets, "token_logprobs": values, "top_logprobs": None}

    def write(self, text: str, name: str, most: int, stop: tuple[str, ...] = ()) -> list[str]:
        """Greedy pieces of text, without the stop string and what follows."""
        ids, kept, pieces = self.tokenizer(text).input_ids, DynamicCache(), []
        start = read = len(ids)
        for _ in range(most):
            ids.append(int(self.logits(ids[-read:], name, kept)[-1].argmax()))
            read = 1
            ended = ids[-1] == self.tokenizer.eos_token_id
            # Decoded behind the last token of the prompt, so that the space before the first word is kept.
            before = len(self.tokenizer.decode(ids[start - 1 : start]))
            new = self.tokenizer.decode(ids[start - 1 :], skip_special_tokens=True)[before:]
            ends = [new.index(mark) for mark in stop if mark in new]
            new = new[: min(ends)] if ends else new
            pieces.append(new[len("".join(pieces)) :])
            if ends or ended:
                break
        return pieces


class Handler(BaseHTTPRequestHandler):
    """One connection. server.fault: what goes wrong for a request's body, "" for nothing."""

    protocol_version = "HTTP/1.1"
    server: CompletionsServer

    def log_message(self, *args: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self.server.requests.append((self.path, {}))
        key = self.server.key
        if key and self.headers["Authorization"] != f"Bearer {key}":
            return self.answer({"error": {"message": "Unauthorized"}}, 401)
        cards = [{"id": "pocket", "object": "model", "root": "/models/pocket", "parent": None, "max_model_len": 1024}]
        for name in self.server.model.adapters if self.server.shows_adapters else ():
            cards.append({"id": name, "object": "model", "root": f"/adapters/{name}", "parent": "pocket"})
        self.answer({"object": "list", "data": cards})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, body))
        fault = self.server.fault(body)
        if fault == "hang":
            self.server.hanging.release()
            self.server.closed.put(self.connection.recv(1))  # until the other side closes
            self.close_connection = True
        elif fault == "break":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault.isdigit():
            self.answer({"error": {"message": "made to fail"}}, int(fault))
        elif self.path in self.server.missing:
            self.answer({"detail": "Not Found"}, 404)
        elif self.path == "/tokenize":
            tokens = self.server.model.tokenizer(body["prompt"]).input_ids
            self.answer({"count": len(tokens), "max_model_len": 1024, "tokens": tokens})
        elif self.path == "/v1/chat/completions":
            self.chat(body)
        elif body.get("stream"):
            self.stream(body, fault)
        else:
            self.answer(self.complete(body, fault))

    def complete(self, body: Json, fault: str) -> Json:
        prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
        choices = []
        for index, prompt in enumerate(prompts):
            text = prompt if body.get("echo") and fault != "no echo" else ""
            text += "".join(self.server.model.write(prompt, body["model"], body["max_tokens"]))
            wanted = body.get("logprobs") and fault != "no logprobs"
            echoed = dict(self.server.model.echo(prompt, body["model"])) if wanted else None
            if fault == "same":
                echoed["token_logprobs"] = [None] + [-1.0] * (len(echoed["tokens"]) - 1)
            choices.append({"index": index, "text": text, "logprobs": echoed, "finish_reason": "length"})
        return {"object": "text_completion", "choices": choices}

    def chat(self, body: Json) -> None:
        if any(turn["role"] == "system" for turn in body["messages"]):
            return self.answer({"error": {"message": "System role not supported"}}, 400)
        prompt = body["messages"][-1]["content"]
        if body.get("stream"):
            return self.events([{"choices": [{"delta": {"content": text}}]} for text in (" an", " answer\nmore")])
        self.answer({"choices": [{"message": {"content": prompt[:1]}}]})

    def stream(self, body: Json, fault: str) -> None:
        prompt, stop = body["prompt"], tuple(body.get("stop", ()))
        pieces = self.server.model.write(prompt, body["model"], body["max_tokens"], stop)
        count = len(self.server.model.tokenizer(prompt).input_ids)
        events: list[Json] = [{"choices": [{"index": 0, "text": piece, "finish_reason": None}]} for piece in pieces]
        if fault == "cut":
            return self.events(events[:1], whole=False)
        usage = {"prompt_tokens": count, "completion_tokens": len(pieces)}
        self.events([*events, {"choices": [], "usage": usage}])

    def events(self, events: list[Json], whole: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        lines = [json.dumps(event) for event in events] + ["[DONE]"] * whole
        self.wfile.write("".join(f"data: {line}\n\n" for line in lines).encode())

    def answer(self, body: Json, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(content)


class CompletionsServer(ThreadingHTTPServer):
    """The server, in threads of its own. fault(body): hang, break, cut, a status, no logprobs, no echo, same or ""."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, model: Model) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.model, self.key, self.shows_adapters = model, "", True
        self.missing: tuple[str, ...] = ()
        self.requests: list[tuple[str, Json]] = []
        self.fault = lambda body: ""
        self.hanging, self.closed = threading.Semaphore(0), Queue()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *args: Any) -> None:
        """Says nothing of connections that the other side broke off."""

    def stop(self) -> None:
        """Takes no more connections."""
        self.shutdown()
        self.server_close()


def reach(server: CompletionsServer, timeout: float = 60.0, tries: int = 3) -> Host:
    """The host, which loses its patience quickly once it is connected: a busy machine may take long for that."""
    line = Server(server.address, server.key, tries=tries, pause=0.01)
    host = connect(server.address, server=line)
    line.timeout = timeout
    return host
