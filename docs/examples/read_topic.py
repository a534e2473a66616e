"""Reads a doorstroom topic from Kafka: what took effect, one JSON object a line, then a summary.

    read_topic.py BOOTSTRAP TOPIC

It reads from the first record to what is the end when it starts. The lines are those of `doorstroomd log export`.
docs/events.md says what it does and how to set it up.
"""

import argparse
import base64
import json
import sys
import uuid
import zlib
from datetime import datetime, timezone

from doorstroom.capacity.v1.events_pb2 import CommitBody
from doorstroom.log.v1.commit_pb2 import CommandOutcome, Record
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from kafka import KafkaConsumer, TopicPartition

MAGIC = b"DSL1"
HEADER_BYTES = 8


class Damaged(Exception):
    """A record of ours that cannot be read: whoever goes on would not know what took effect."""


def read_record(value):
    """Returns the record in these bytes, or None if they are not ours."""
    if value is None or len(value) < HEADER_BYTES or value[:4] != MAGIC:
        return None
    if int.from_bytes(value[4:HEADER_BYTES], "big") != zlib.crc32(value[HEADER_BYTES:]):
        raise Damaged("its checksum does not fit")
    record = Record.FromString(value[HEADER_BYTES:])
    if record.WhichOneof("kind") is None:
        raise Damaged("it is of a kind that this version does not know")
    return record


class Log:
    """What a topic's records add up to. Give it every record from the first one on, in order."""

    def __init__(self):
        self.heads = {}
        self.log_time_millis = 0
        self.log_id = None
        self.effective = self.void = self.foreign = 0

    def read(self, value, append_time_millis):
        """Returns the commit in this record if it takes effect, else None."""
        record = read_record(value)
        if record is None:
            self.foreign += 1
            return None
        if record.HasField("identity"):
            if self.log_id in (None, record.identity.replaces):
                self.log_id = record.identity.log_id
            return None
        if not record.HasField("commit"):
            return None
        commit = record.commit
        if commit.version != self.heads.get(commit.stream_id, 0) + 1:
            self.void += 1
            return None
        self.heads[commit.stream_id] = commit.version
        self.log_time_millis = max(self.log_time_millis, append_time_millis)
        self.effective += 1
        return commit


def moment(millis):
    """Returns a moment as RFC 3339, to the millisecond."""
    seconds, rest = divmod(millis, 1000)
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"


def id_of(value):
    return str(uuid.UUID(bytes=value)) if value else None


def command_as_json(command):
    return {
        "command_id": id_of(command.command_id),
        "causation_id": id_of(command.causation_id),
        "correlation_id": id_of(command.correlation_id),
        "traceparent": command.traceparent or None,
        "outcome": CommandOutcome.Name(command.outcome).removeprefix("COMMAND_OUTCOME_").lower(),
        "refusal": command.refusal or None,
        "event_count": command.event_count,
        "remembered": command.remembered,
    }


def events_of(commit, topic):
    """Returns the events, or None where they cannot be read. The commit counts all the same."""
    if not topic.endswith(".capacity"):
        return None
    try:
        return [MessageToDict(event) for event in CommitBody.FromString(commit.body).events]
    except DecodeError:
        return None


def commit_as_json(commit, position, log_time_millis, topic):
    return {
        "position": position,
        "log_time": moment(log_time_millis),
        "stream": commit.stream_id,
        "version": commit.version,
        "attempt_id": id_of(commit.attempt_id),
        "commands": [command_as_json(command) for command in commit.commands],
        "events": events_of(commit, topic),
        "body": base64.b64encode(commit.body).decode(),
    }


def records(bootstrap, topic):
    """Yields every record up to the present end: position, append time, bytes."""
    partition = TopicPartition(topic, 0)
    # No consumer group and no automatic offset: a history with a hole at its beginning is no history.
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, auto_offset_reset="none"
    )
    if consumer.partitions_for_topic(topic) != {0}:
        sys.exit(f"{topic} is not there, or has more than one partition")
    consumer.assign([partition])
    if consumer.beginning_offsets([partition])[partition] != 0:
        sys.exit(f"{topic} does not begin at its first record")
    end = consumer.end_offsets([partition])[partition]
    consumer.seek(partition, 0)
    while consumer.position(partition) < end:
        for message in consumer.poll(timeout_ms=1000).get(partition, []):
            if message.offset < end:
                # A position is the offset plus one: 0 is before everything.
                yield message.offset + 1, message.timestamp, message.value


def main():
    arguments = argparse.ArgumentParser(description="Prints what took effect in a doorstroom topic.")
    arguments.add_argument("bootstrap", help="a broker, such as 127.0.0.1:9092")
    arguments.add_argument("topic", help="such as demo.capacity")
    asked = arguments.parse_args()
    log = Log()
    position = 0
    for position, append_time_millis, value in records(asked.bootstrap, asked.topic):
        try:
            commit = log.read(value, append_time_millis)
        except (Damaged, DecodeError) as error:
            sys.exit(f"the record at position {position} is damaged: {error}")
        if commit is not None:
            print(json.dumps(commit_as_json(commit, position, log.log_time_millis, asked.topic)))
    summary = {"kind": "summary", "effective": log.effective, "void": log.void, "foreign": log.foreign}
    print(json.dumps(summary | {"position": position, "log_id": id_of(log.log_id)}))


if __name__ == "__main__":
    main()
