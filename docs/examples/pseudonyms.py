#!/usr/bin/env python3
"""Pseudonyms without our client: docs/pseudonyms.md, from the citizen number to the P1, and the gateway's stage too.

    pip install -r docs/examples/requirements.txt
    python pseudonyms.py vectors docs/vectors/pseudonyms.json     does what the vectors say, and says whether it fits
    python pseudonyms.py evaluate HOST:PORT CALLER < numbers       one citizen number a line in, one P1 a line out

For `evaluate` the contracts must have been generated (see docs/events.md) into a folder on PYTHONPATH.
"""

import base64
import hashlib
import hmac
import json
import secrets
import struct
import sys

import rbcl

CONTEXT = b"OPRFV1-\x01-ristretto255-SHA512"  # RFC 9497: mode VOPRF
PLACEHOLDERS = {f"{digit}" * 8 + "0" for digit in range(10)} | {"123456782", "111222333"}
BATCH = 1000


def canonical(text):
    """Returns what is blinded, or fails without saying the number."""
    number = "".join(letter for letter in text if letter not in ". -")
    if not (number.isascii() and number.isdigit() and len(number) in (8, 9)):
        raise ValueError("not a citizen number: eight or nine digits")
    number = number.zfill(9)
    weighted = sum(int(digit) * weight for digit, weight in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)))
    if weighted % 11 or number in PLACEHOLDERS:
        raise ValueError("not a citizen number: fails the eleven-test, or stands for nobody")
    return b"NL:bsn:" + number.encode()


# RFC 9380, 5.3.1: expand_message_xmd with SHA-512, 64 bytes: one block.
def expand(message, dst):
    dst += bytes([len(dst)])
    start = hashlib.sha512(bytes(128) + message + struct.pack(">H", 64) + b"\x00" + dst).digest()
    return hashlib.sha512(start + b"\x01" + dst).digest()


def hash_to_group(message):
    return rbcl.crypto_core_ristretto255_from_hash(expand(message, b"HashToGroup-" + CONTEXT))


def hash_to_scalar(message):
    return rbcl.crypto_core_ristretto255_scalar_reduce(expand(message, b"HashToScalar-" + CONTEXT))


def prefixed(*parts):
    return b"".join(struct.pack(">H", len(part)) + part for part in parts)


def times(scalar, element):
    return rbcl.crypto_scalarmult_ristretto255(scalar, element)


def plus(one, other):
    return rbcl.crypto_core_ristretto255_add(one, other)


def blind(message, factor=None):
    """Returns the blinding factor and the blinded element."""
    factor = factor or rbcl.crypto_core_ristretto255_scalar_reduce(secrets.token_bytes(64))
    return factor, times(factor, hash_to_group(message))


def is_proven(public_key, blinded, evaluated, proof):
    """RFC 9497, 2.2.2: all elements were evaluated with the key."""
    challenge, response = proof[:32], proof[32:]
    seed = hashlib.sha512(prefixed(public_key, b"Seed-" + CONTEXT)).digest()
    total_blinded = total_evaluated = bytes(32)
    for index, (one, other) in enumerate(zip(blinded, evaluated)):
        transcript = prefixed(seed) + struct.pack(">H", index) + prefixed(one, other) + b"Composite"
        weight = hash_to_scalar(transcript)
        total_blinded = plus(total_blinded, times(weight, one))
        total_evaluated = plus(total_evaluated, times(weight, other))
    first = plus(rbcl.crypto_scalarmult_ristretto255_base(response), times(challenge, public_key))
    second = plus(times(response, total_blinded), times(challenge, total_evaluated))
    transcript = prefixed(public_key, total_blinded, total_evaluated, first, second) + b"Challenge"
    return hmac.compare_digest(hash_to_scalar(transcript), challenge)


def finalise(message, factor, evaluated):
    """Returns the P1."""
    element = times(rbcl.crypto_core_ristretto255_scalar_invert(factor), evaluated)
    return hashlib.sha512(prefixed(message, element) + b"Finalize").digest()


def key_id(epoch, public_key):
    return f"nat.{epoch}.{hashlib.sha256(public_key).hexdigest()[:32]}"


# The gateway's stage, which no provider has the keys of: so that the vectors can be followed to their end.
def recoder_key(root, scope, epoch):
    extracted = hmac.digest(b"ggz-recode/v1", root, "sha256")
    return hmac.digest(extracted, f"scope={scope}|epoch={epoch}".encode() + b"\x01", "sha256")


def pseudonym(key, scope, epoch, p1):
    word = scope.split(":")[0]
    code = {"nat": b"\x00\x01", "reg": b"\x00\x02", "tra": b"\x00\x03"}[word]
    head = b"\x01" + code + bytes([int(epoch[:4]) - 2000]) + epoch[4].encode()
    value = hmac.digest(key, b"ggz-pseudo/v1" + head + p1, "sha256")
    text = base64.b32encode(value).decode().rstrip("=").lower()
    return f"p1.{word}.{epoch}.{text}"


def follow_vectors(path):
    """Does everything that the vectors give an answer to, and fails at the first difference."""
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    found = 0
    for epoch in vectors["epochs"]:
        name, exchange = epoch["epoch"], epoch["exchange"]
        public_key, root = bytes.fromhex(epoch["public_key"]), bytes.fromhex(epoch["recoder_root"])
        assert key_id(name, public_key) == epoch["key_id"]
        messages = [canonical(person["bsn"]) for person in vectors["persons"]]
        factors = [bytes.fromhex(factor) for factor in exchange["blinds"]]
        blinded = [blind(message, factor)[1] for message, factor in zip(messages, factors)]
        assert [element.hex() for element in blinded] == exchange["blinded_elements"]
        evaluated = [bytes.fromhex(element) for element in exchange["evaluation_elements"]]
        proof = bytes.fromhex(exchange["proof"])
        assert is_proven(public_key, blinded, evaluated, proof)
        assert not is_proven(public_key, blinded, evaluated[::-1], proof)
        for person, message, factor, element in zip(vectors["persons"], messages, factors, evaluated):
            assert message.decode() == person["input"]
            expected = person["epochs"][name]
            p1 = finalise(message, factor, element)
            assert p1.hex() == expected["p1"]
            for scope, text in expected["pseudonyms"].items():
                assert pseudonym(recoder_key(root, scope, name), scope, name, p1) == text
                found += 1
    print(json.dumps({"kind": "summary", "persons": len(vectors["persons"]), "pseudonyms": found}))


def evaluate(address, caller):
    """Prints the P1 of every citizen number on standard input, for every epoch in use."""
    import grpc
    from doorstroom.pseudonym.v1 import evaluator_pb2 as messages

    service = "/doorstroom.pseudonym.v1.EvaluatorService/"
    inputs = [canonical(line.strip()) for line in sys.stdin if line.strip()]
    with grpc.insecure_channel(address) as channel:

        def call(method, request, answer):
            rpc = channel.unary_unary(
                service + method,
                request_serializer=type(request).SerializeToString,
                response_deserializer=answer.FromString,
            )
            return rpc(request, metadata=[("doorstroom-caller", caller)], timeout=30)

        keys = call("GetKeys", messages.GetKeysRequest(), messages.GetKeysResponse).keys
        for key in keys:
            assert key.key_id == key_id(key.epoch, key.public_key), "the key is not the one that it is called"
            for start in range(0, len(inputs), BATCH):
                batch = inputs[start : start + BATCH]
                states = [blind(message) for message in batch]
                blinded = [element for _, element in states]
                request = messages.EvaluateRequest(domain="nat", epoch=key.epoch, blinded_elements=blinded)
                answer = call("Evaluate", request, messages.EvaluateResponse)
                evaluated = list(answer.evaluation_elements)
                # Wrong key, wrong epoch: nothing of the answer may be used.
                assert len(evaluated) == len(batch)
                assert is_proven(key.public_key, blinded, evaluated, answer.proof), "the proof does not hold"
                for message, (factor, _), element in zip(batch, states, evaluated):
                    p1 = finalise(message, factor, element)
                    print(json.dumps({"kind": "p1", "epoch": key.epoch, "p1": p1.hex()}))


def main():
    match sys.argv[1:]:
        case ["vectors", path]:
            follow_vectors(path)
        case ["evaluate", address, caller]:
            evaluate(address, caller)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
