"""Looking inside a model: attention weights and hidden states, in fp32 and without its head."""

from collections.abc import Sequence

import torch

from playground.models.loading import Checkpoint
from playground.models.queries import AttentionQuery, Attentions


class Inside:
    """A base model that answers ``AttentionQuery``s one by one, unpadded. Not thread-safe."""

    def __init__(self, checkpoint: Checkpoint, *, device: torch.device) -> None:
        self.device = device
        self.model = checkpoint.model.to(device)
        self._takes_segments = getattr(self.model.config, "type_vocab_size", 0) > 1

    def scores(self, queries: Sequence[AttentionQuery]) -> list[Attentions]:
        """Return every layer's and head's attention for each query."""
        with torch.inference_mode():
            return [self._one(query) for query in queries]

    def _one(self, query: AttentionQuery) -> Attentions:
        inputs = {"input_ids": torch.tensor([query.input_ids], device=self.device)}
        if query.token_type_ids is not None and self._takes_segments:
            inputs["token_type_ids"] = torch.tensor([query.token_type_ids], device=self.device)
        output = self.model(**inputs, output_attentions=True, output_hidden_states=True)
        return Attentions(
            weights=torch.cat(output.attentions).float().cpu().numpy(),
            hidden_states=torch.cat(output.hidden_states).float().cpu().numpy(),
        )
