"""What polls ask the store about several documents at once is what each would be told alone."""

from __future__ import annotations

from builders import NOW, Store, item, polled
from msgspec import structs
from msgspec.structs import replace

from aggregator.model.poll import Recognition
from aggregator.normalise.recognition import recognise
from aggregator.pipeline.poll import Document, _stored


def test_documents_that_are_looked_up_together_are_recognised_as_if_alone(store: Store) -> None:
    place = "https://outlet.example/flood-in-hanover-1"
    first = [
        replace(item(id, key, f"Flood {key}"), canonical=place if key == "1" else f"https://{id}.example/flood-{key}")
        for id in ("alpha", "beta")
        for key in ("1", "2")
    ]
    store.intake.apply([polled(id, [one for one in first if one.source == id]) for id in ("alpha", "beta")], NOW)
    later = [
        replace(first[0], id=item("alpha", "9", "").id, title="Flood in Hanover ebbs"),  # another id at a known address
        replace(first[1], title="Flood 2 rises", hash="risen"),
        first[2],
        item("beta", "3", "News"),
        replace(item("gamma", "1", "Flood 1"), canonical=place),
    ]
    states = {state.id: structs.replace(state, rate=1.0) for state in store.sources.states()}
    documents = [
        Document(states[id], [one for one in later if one.source == id], NOW) for id in ("alpha", "beta", "gamma")
    ]

    def recognised(asked: list[Document]) -> list[Recognition]:
        return [
            recognise(document.items, known, 100)
            for document, known in zip(asked, _stored(store.intake, asked), strict=True)
        ]

    together = recognised(documents)
    assert together == [one for document in documents for one in recognised([document])]
    assert [(len(one.new), len(one.changed), len(one.seen)) for one in together] == [(0, 1, 1), (1, 0, 1), (1, 0, 0)]
