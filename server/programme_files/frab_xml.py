"""schedule.xml, as frab, pentabarf and pretalx write it; the published description is c3voc's schedule.xml.xsd."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

# Written with the standard library, read by what refuses entities.
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring  # nosec B405

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from server.imports.errors import NotASheet
from server.imports.records import Edition
from server.programme_files.reading import REMEDY, ProgrammeRead
from server.programme_files.schedule import Values, schedule
from server.programme_files.schedule_reading import read_schedule
from sessions.outline import Outline

_ABOUT = ("acronym", "title", "start", "end", "daysCount", "timeslot_duration", "base_url", "time_zone_name", "url")
_LINES = ("room", "title", "subtitle", "type", "date", "start", "duration", "abstract", "slug", "track", "language")
_RENAMED = {"daysCount": "days"}


def write_xml(outline: Outline, languages: Sequence[str] = ()) -> bytes:
    """The file in UTF-8. Of each text there is one: in the first of these languages it has, or its original."""
    told = schedule(outline, languages)
    root = Element("schedule")
    SubElement(root, "generator", name="madang", version=version("madang"))
    _line(root, "url", told["url"])
    _line(root, "version", told["version"])
    conference = told["conference"]
    _write_conference(SubElement(root, "conference"), {**conference, "base_url": told["base_url"]})
    rooms = {room["name"]: room["guid"] for room in conference["rooms"]}
    for day in conference["days"]:
        _write_day(root, day, rooms)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _write_conference(parent: Element, conference: Values) -> None:
    for name in _ABOUT:
        _line(parent, _RENAMED.get(name, name), conference[name])
    for track in conference["tracks"]:
        told = {"name": _clean(track["name"])}
        if "color" in track:
            told["color"] = track["color"]
        if _is_slug(track["slug"]):
            told["slug"] = track["slug"]
        SubElement(parent, "track", told)


def _write_day(root: Element, day: Values, guids: Mapping[str, str]) -> None:
    about = {"index": str(day["index"]), "date": day["date"], "start": day["day_start"], "end": day["day_end"]}
    parent = SubElement(root, "day", about)
    for name, events in day["rooms"].items():
        room = SubElement(parent, "room", {"name": _clean(name)} | ({"guid": guids[name]} if name in guids else {}))
        for event in events:
            _write_event(SubElement(room, "event", guid=event["guid"], id=str(event["id"])), event)


def _write_event(parent: Element, event: Values) -> None:
    for name in _LINES:
        SubElement(parent, name).text = _clean(event[name] or "")
    _line(parent, "url", event["url"])
    persons = SubElement(parent, "persons")
    for person in event["persons"]:
        SubElement(persons, "person", id=str(person["id"]), guid=person["guid"]).text = _clean(person["name"])
    for group, name in (("links", "link"), ("attachments", "attachment")):
        links = SubElement(parent, group)
        for link in event[group]:
            SubElement(links, name, href=_clean(link["url"]), type=link["type"]).text = _clean(link["title"])


def _line(parent: Element, name: str, value: Any) -> None:
    """An element for what there is; addresses and other details may not be empty there."""
    if text := str(value):
        SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """Without the characters that no XML can hold (XML 1.0, 2.2)."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))


def _is_slug(code: str) -> bool:
    return len(code) > 1 and all(
        char == "-" or (char.isascii() and (char.islower() or char.isdigit())) for char in code
    )


def read_xml(data: bytes, edition: Edition) -> ProgrammeRead:
    """The outline of a file.

    Raises:
        NotASheet: it is no XML, declares entities, or is no schedule. FileTooLarge.
    """
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as hostile:
        raise NotASheet("The file declares entities or a document type, which no schedule does.", REMEDY) from hostile
    except (ParseError, ValueError, LookupError) as broken:
        raise NotASheet("The file is damaged: it is no XML.", REMEDY) from broken
    if root.tag != "schedule" or root.find("conference") is None:
        raise NotASheet("The file is XML, but no schedule.xml: it has no schedule with a conference.", REMEDY)
    return read_schedule({"conference": _conference(root)}, edition)


def _conference(root: Any) -> Values:
    conference = root.find("conference")
    found: Values = {child.tag: _said(child) for child in conference if child.tag != "track"}
    found["tracks"] = [
        dict(track.attrib) | {"name": track.get("name") or _said(track)} for track in conference.iter("track")
    ]
    found["days"] = [{"date": day.get("date"), "rooms": _rooms(day)} for day in root.findall("day")]
    return found


def _rooms(day: Any) -> Values:
    """A room's name may come again within a day; its events go together."""
    rooms: dict[str, list[Values]] = {}
    for room in day.findall("room"):
        rooms.setdefault(room.get("name") or "", []).extend(map(_event, room.findall("event")))
    return rooms


def _event(event: Any) -> Values:
    found: Values = {"guid": event.get("guid"), "code": event.get("code"), "id": event.get("id")}
    found |= {child.tag: _said(child) for child in event if len(child) == 0}
    found["persons"] = [{**person.attrib, "name": _said(person)} for person in event.findall("persons/person")]
    for group, name in (("links", "link"), ("attachments", "attachment")):
        found[group] = [{**link.attrib, "title": _said(link)} for link in event.findall(f"{group}/{name}")]
    return found


def _said(element: Any) -> str:
    return "".join(element.itertext())
