"""Fields where models like BERT are used: texts to try, and models made for them."""

from dataclasses import dataclass
from enum import StrEnum


class Use(StrEnum):
    """What is done with a text."""

    MASK = "Fill the mask"
    SENTIMENT = "Sentiment"
    ENTITIES = "Named entities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A short text, and what to look for in the answer."""

    use: Use
    text: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One field; ``models`` are Markdown links."""

    name: str
    about: str
    samples: tuple[Sample, ...]
    better: str
    models: tuple[str, ...]


def _hub(model_id: str, paper: str, arxiv: str) -> str:
    return (
        f"[{model_id}](https://huggingface.co/{model_id}) "
        f"({paper}, [arXiv:{arxiv}](https://arxiv.org/abs/{arxiv}))"
    )


DOMAINS = {
    "medicine": Domain(
        name="Medicine",
        about="Finding drugs and diseases in reports, coding diagnoses, searching the literature.",
        samples=(
            Sample(
                use=Use.MASK,
                text="The scan showed a small tumor in the left [MASK].",
                look="An organ is wanted. Does the model name one?",
            ),
            Sample(
                use=Use.SENTIMENT,
                text="The biopsy was negative.",
                look="Good news for the patient, in words that are bad news elsewhere.",
            ),
            Sample(
                use=Use.ENTITIES,
                text="Dr. Maria Alvarez of the Mayo Clinic in Rochester treats Parkinson's disease "
                "with levodopa.",
                look="People and places it knows. A disease and a drug are no types of its own.",
            ),
        ),
        better="PubMedBERT learned its vocabulary and all it knows from abstracts in PubMed; its "
        "authors report better scores than BERT's on biomedical tasks, such as marking genes, "
        "drugs and diseases. It makes no diagnosis, and neither does any model here.",
        models=(
            _hub(
                "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract",
                "PubMedBERT, now called BiomedBERT: Gu et al., 2021",
                "2007.15779",
            ),
            _hub("dmis-lab/biobert-v1.1", "BioBERT: Lee et al., 2019", "1901.08746"),
        ),
    ),
    "finance": Domain(
        name="Finance",
        about="Reading news and reports for moods, companies, figures and risks.",
        samples=(
            Sample(
                use=Use.MASK,
                text="The central bank raised interest [MASK] to slow inflation.",
                look="Everybody who reads business news knows this word.",
            ),
            Sample(
                use=Use.SENTIMENT,
                text="The company cut its debt by half.",
                look="Good news for an investor. The model learned from film reviews.",
            ),
            Sample(
                use=Use.ENTITIES,
                text="Shares of Deutsche Bank rose in Frankfurt after Goldman Sachs raised its "
                "forecast.",
                look="Company names, as in the news that it learned from.",
            ),
        ),
        better="FinBERT learned sentiment from sentences of financial news that people with a "
        "background in finance had labelled: there debt that shrinks is good.",
        models=(
            _hub("ProsusAI/finbert", "FinBERT: Araci, 2019", "1908.10063"),
            _hub("yiyanghkust/finbert-tone", "another FinBERT: Yang et al., 2020", "2006.08097"),
        ),
    ),
    "social-media": Domain(
        name="Social media",
        about="Following opinions, complaints and hate speech in short, loose language.",
        samples=(
            Sample(
                use=Use.MASK,
                text="omg this song is so [MASK], can't stop listening!",
                look="The second half says that it is good. Is that understood?",
            ),
            Sample(
                use=Use.SENTIMENT,
                text="this song is sick, no cap 🔥",
                look="Praise, in slang and an emoji.",
            ),
            Sample(
                use=Use.ENTITIES,
                text="just saw taylor swift at heathrow, flying to new york!! @british_airways",
                look="No capitals to go by; a handle is a name of its own kind.",
            ),
        ),
        better="BERTweet learned from 850 million English tweets, slang and emoji included; the "
        "vocabulary in the box has no emoji at all.",
        models=(
            _hub("vinai/bertweet-base", "BERTweet: Nguyen et al., 2020", "2005.10200"),
            _hub(
                "cardiffnlp/twitter-roberta-base-sentiment-latest",
                "TimeLMs: Loureiro et al., 2022",
                "2202.03829",
            ),
        ),
    ),
    "law": Domain(
        name="Law",
        about="Finding clauses in contracts, and cases like the one at hand.",
        samples=(
            Sample(
                use=Use.MASK,
                text="The court found the defendant [MASK] of theft.",
                look="A fixed phrase. Is it the model's first guess?",
            ),
            Sample(
                use=Use.SENTIMENT,
                text="The court dismissed all charges.",
                look="Good news for the accused.",
            ),
            Sample(
                use=Use.ENTITIES,
                text="In Smith v. Ontario the Supreme Court of Canada applied the Charter.",
                look="A case has a name of its own. What does the model take it for?",
            ),
        ),
        better="LEGAL-BERT learned from laws, court cases and contracts, so from their phrases. "
        "Names of cases and statutes need a tagger that was trained on them.",
        models=(
            _hub(
                "nlpaueb/legal-bert-base-uncased",
                "LEGAL-BERT: Chalkidis et al., 2020",
                "2010.02559",
            ),
        ),
    ),
}
