"""Paragraphs written for these tests, of some 90 tokens each."""

PARAGRAPHS = (
    "Maria Alvarez had worked for Siemens in Munich for eleven years when the company asked her "
    "to move to Singapore. She talked it over with her husband, Tom Becker, who taught history "
    "at a school near the English Garden. In the end they sold the flat, gave the cat to a "
    "neighbour called Mrs. Huber, and took a flight from Frankfurt with four suitcases. Their "
    "first weeks in Asia were hot and lonely, but by Christmas they had friends from Malaysia, "
    "India and Australia.",
    "The match between Liverpool and Ajax was stopped after an hour because of heavy rain. The "
    "referee, Carlos Pinto of Portugal, waited for forty minutes before he sent both teams "
    "home. Ajax had led through a goal by Jan de Boer; Peter Walsh had hit the post twice for "
    "Liverpool. UEFA will decide on Monday whether the game is to be played again in Amsterdam "
    "or in a neutral town such as Brussels.",
    "Bank of America and Deutsche Bank said on Tuesday that they would lend the government of "
    "Kenya two billion dollars. The money is meant for a railway from Nairobi to Lake Victoria. "
    "Grace Mwangi, who speaks for the ministry of finance, said that China had offered a "
    "cheaper loan, but on conditions that parliament would never accept. The World Bank had "
    "warned against both.",
    "In the summer of 1998 the painter Anna Lindqvist left Stockholm for a small island off the "
    "coast of Norway. She took no telephone with her and wrote one letter a week to her brother "
    "Erik. The letters, which the National Museum in Oslo bought last year, tell of storms, of "
    "sheep, and of a fisherman named Olav who taught her to row. Critics in Sweden call them "
    "the best thing that she ever made.",
    "Doctors at the Mayo Clinic in Minnesota have tested a drug that Pfizer developed together "
    "with the University of Cambridge. Of two hundred patients with a rare disease of the "
    "lungs, most could walk farther after half a year. Professor Helen Wright, who led the "
    "study, warned that the drug is expensive and that hospitals in Africa and South America "
    "could hardly pay for it. Pfizer said that it would talk to the World Health Organization "
    "in Geneva.",
    "The train from Vienna to Prague was an hour late, and so David missed his meeting with the "
    "editor of the Czech newspaper. He walked over the bridge, bought a coffee, and called his "
    "sister Judith in New York, where it was still night. She laughed at him. Years ago, in "
    "Rome, she had missed a plane of Alitalia because of a football match between Italy and "
    "Brazil, and their father had not spoken to her until Easter.",
    "Amazon will close its warehouse outside Leipzig in March. Some nine hundred people work "
    "there, many of them from Poland. The union Verdi called the decision a scandal, and the "
    "mayor, Stefan Krause, wants to travel to Seattle to talk to the company. A spokeswoman for "
    "Amazon, Julia Stein, said that a new building near Berlin was larger and closer to the "
    "airport, and that everybody had been offered a job there.",
    "When the British explorer John Hastings reached the Congo in 1874, he was ill, out of "
    "money and two months behind his rival from Belgium. He stayed with a trader from Zanzibar, "
    "learned Swahili, and drew the first map of the rivers east of Kinshasa. The Royal Society "
    "in London did not believe him. Only in 1902 did a French officer, Paul Girard, find the "
    "lake that Hastings had described.",
)
# The paragraphs, and each with the next one, or the next two: 80 to 300 tokens.
TEXTS = tuple(
    "\n\n".join((PARAGRAPHS + PARAGRAPHS)[first : first + count])
    for count in (1, 2, 3)
    for first in range(len(PARAGRAPHS))
)
