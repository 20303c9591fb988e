"""Every error a visitor may see.

Pages catch ``PlaygroundError`` and nothing else; anything else is a bug and surfaces.

    PlaygroundError
    ├── TextError                 the text cannot be used as it stands
    │   ├── EmptyTextError        nothing is left to work on
    │   ├── TextTooLongError      longer than the app, or a view of it, reads
    │   ├── MaskMissingError      no mask where one is needed
    │   ├── TooManyMasksError     more masks than one request may fill
    │   ├── TargetError           a word to compare cannot be scored
    │   ├── WordMissingError      the sentences lack the word that is asked about
    │   └── LinesError            too few or too many lines for a view
    ├── ModelError                the model cannot be used
    │   ├── UnknownModelError     no such id, revision or folder
    │   ├── ModelUnreachableError the Hub or the file cannot be reached
    │   ├── GatedModelError       the Hub asks for an account or a licence
    │   ├── UnsupportedModelError the architecture or the task does not fit
    │   ├── UnsafeWeightsError    weights only as pickle
    │   ├── ModelTooLargeError    over the size cap
    │   └── TrunkError            the bundled trunk is missing or is another file
    ├── FileError                 the uploaded file cannot be used
    │   ├── EmptyFileError        no rows in it
    │   ├── BinaryFileError       a picture, an archive, a workbook: no text
    │   ├── FileTooLargeError     over a cap: megabytes, rows, columns
    │   ├── EncodingError         its bytes are not of the chosen encoding
    │   └── BrokenFileError       no row of it can be read, or not its header
    ├── DatasetError              what a file holds cannot be trained on as it stands
    │   ├── UnknownColumnError    no column of this name
    │   ├── ColumnsError          the columns do not fit the task
    │   ├── LabelsError           none, one only, or too many
    │   ├── TooFewExamplesError   not enough is left to train and to measure
    │   └── SplitError            it cannot be cut into parts as asked
    ├── RunError                  a fine-tuning run cannot do what was asked
    │   ├── UnknownRunError       no such run among the visitor's own
    │   ├── RunStateError         not in the state that this needs
    │   ├── RunLimitError         a cap is reached: waiting runs, disk
    │   ├── TrainingOptionsError  a setting is out of range, or the method does not fit the task
    │   ├── StorageError          what keeps the runs cannot be used: their folder
    │   │   └── IndexUnreachableError  or the database that lists them
    │   ├── PushError             its model cannot be pushed to the Hub
    │   └── OwnerError            the browser gave no usable id
    └── BusyError                 too many requests or jobs are waiting
"""


class PlaygroundError(Exception):
    """Something the visitor can understand and act on; the message says how."""


class TextError(PlaygroundError):
    """The text cannot be used as it stands."""


class EmptyTextError(TextError):
    """Nothing is left to work on."""


class TextTooLongError(TextError):
    """The text is longer than the app, or a view of it, reads."""


class MaskMissingError(TextError):
    """The text has no mask where one is needed."""


class TooManyMasksError(TextError):
    """The text has more masks than one request may fill."""


class TargetError(TextError):
    """A word to compare cannot be scored by this model."""


class WordMissingError(TextError):
    """The sentences do not have the word that is asked about, or not often enough."""


class LinesError(TextError):
    """There are too few or too many lines for a view."""


class ModelError(PlaygroundError):
    """The model cannot be used."""


class UnknownModelError(ModelError):
    """There is no such model id, revision or folder."""


class ModelUnreachableError(ModelError):
    """The Hub, or a file of the model, cannot be reached."""


class GatedModelError(ModelError):
    """The Hub asks for an account or an accepted licence."""


class UnsupportedModelError(ModelError):
    """The architecture, or the task the model was trained for, does not fit."""


class UnsafeWeightsError(ModelError):
    """The weights exist only as a pickle, which is never opened."""


class ModelTooLargeError(ModelError):
    """The model is over the size cap."""


class TrunkError(ModelError):
    """The bundled trunk is missing, or is another file than the one expected."""


class FileError(PlaygroundError):
    """The uploaded file cannot be used."""


class EmptyFileError(FileError):
    """The file holds no rows."""


class BinaryFileError(FileError):
    """The file is a picture, an archive, a workbook: no text."""


class FileTooLargeError(FileError):
    """The file is over a cap: megabytes, rows or columns."""


class EncodingError(FileError):
    """The bytes of the file are not of the chosen encoding."""


class BrokenFileError(FileError):
    """No row of the file can be read, or not its header."""


class DatasetError(PlaygroundError):
    """What a file holds cannot be trained on as it stands."""


class UnknownColumnError(DatasetError):
    """The file has no column of this name."""


class ColumnsError(DatasetError):
    """The columns, or what stands in them, do not fit the task."""


class LabelsError(DatasetError):
    """There are no labels, only one, or too many."""


class TooFewExamplesError(DatasetError):
    """Not enough is left to train and to measure."""


class SplitError(DatasetError):
    """The examples cannot be cut into training and validation as asked."""


class RunError(PlaygroundError):
    """A fine-tuning run cannot do what was asked."""


class UnknownRunError(RunError):
    """The visitor has no such run; whether somebody else has is not told."""


class RunStateError(RunError):
    """The run is not in the state that this needs."""


class RunLimitError(RunError):
    """A cap is reached: runs that wait, or disk."""


class TrainingOptionsError(RunError):
    """A setting of the training is out of range, or its method does not fit the task."""


class StorageError(RunError):
    """The folder for runs cannot be written, is no local disk, or is full; or the index is none."""


class IndexUnreachableError(StorageError):
    """The database that lists all runs does not answer."""


class PushError(RunError):
    """A model cannot be pushed to the Hugging Face Hub."""


class OwnerError(RunError):
    """The visitor's browser gave no usable id."""


class BusyError(PlaygroundError):
    """Too many requests or jobs are waiting; trying again in a moment helps."""
