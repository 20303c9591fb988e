"""What a model can be taught from a file."""

from enum import StrEnum


class Task(StrEnum):
    """What is learned from the examples."""

    CLASSIFICATION = "classification"
    MULTI_LABEL = "multi-label classification"
    PAIRS = "sentence pairs"
    ENTITIES = "named entities"
    ADAPTATION = "domain adaptation"


WHEN = {
    Task.CLASSIFICATION: "Each text has exactly one label, such as the team that a ticket goes to.",
    Task.MULTI_LABEL: "A text has any number of labels, such as the topics of a review.",
    Task.PAIRS: "A label says how two texts relate, such as whether one answers the other.",
    Task.ENTITIES: "Stretches inside of a text are marked, such as the companies in an article.",
    Task.ADAPTATION: "There are texts and no labels: the masked LM learns the words of your field.",
}
