"""Integrated gradients: how much each token adds to the score of a label.

The embeddings of a text are walked to in a straight line from those of a baseline, a text of the
same length that says nothing, and the gradient of the score is averaged along the way. Token by
token that mean times the way adds up to the difference of the two scores (Sundararajan et al. 2017,
"Axiomatic attribution for deep networks", arXiv:1703.01365, equation 1).
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from playground.models.queries import AttributionQuery, Attributions, Labels
from playground.models.tracing import as_one_call

Head = Callable[[Tensor], Tensor]


def fp32_twin(model: PreTrainedModel) -> PreTrainedModel:
    """Return a copy of ``model`` that computes in fp32: gradients of bfloat16 do not add up.

    It has modules of its own, for hooks on shared embeddings would be felt by a model that another
    thread is loading. What is in fp32 already is shared; only the layers' products are copied.
    """
    weights = {
        id(weight): weight
        if weight.dtype is torch.float32
        else nn.Parameter(weight.float(), requires_grad=False)
        for weight in model.parameters()
    }
    return copy.deepcopy(model, weights)


def log_odds(logits: Tensor, label: int, labels: Labels) -> Tensor:
    """Return the log-odds of a label's probability, [text], from ``logits`` [text, label].

    With softmax that is its logit less the log of the sum of all the others' exponentials, with
    sigmoid the logit itself.
    """
    scaled = logits / labels.temperature
    if labels.several:
        return scaled[:, label]
    others = [index for index in range(len(labels.names)) if index != label]
    return scaled[:, label] - scaled[:, others].logsumexp(dim=1)


def attributions(
    query: AttributionQuery,
    model: PreTrainedModel,
    *,
    head_of: Callable[[PreTrainedModel], Head],
    labels: Labels,
    tokens_at_once: int,
) -> Attributions:
    """Answer ``query`` with a copy of a sequence classifier, which itself is only read.

    ``head_of`` finds the head that turns states [text, hidden] into logits [text, label]. About
    ``tokens_at_once`` tokens are held in memory with all that their gradients need.
    """
    from captum.attr import IntegratedGradients  # half a second, once

    twin = fp32_twin(model)
    base, head = twin.base_model, head_of(twin)
    ids = torch.tensor([query.input_ids, query.baseline_ids], device=base.device)
    inputs = _inputs(query, base)

    def score(ids: Tensor) -> Tensor:
        rows = {name: value.expand(ids.shape[0], -1) for name, value in inputs.items()}
        states = base(input_ids=ids, **rows).last_hidden_state
        return log_odds(head(states[:, 0]), query.label, labels)

    def score_of(embedded: Tensor) -> Tensor:
        base.embeddings.forward = lambda *_, **__: embedded
        found = score(ids[:1].expand(embedded.shape[0], -1))
        del base.embeddings.forward
        return found

    embedded: list[Tensor] = []
    with torch.no_grad():
        hook = base.embeddings.register_forward_hook(lambda *call: embedded.append(call[2]))
        ends = score(ids).tolist()
        hook.remove()
    end, begin = embedded[0].split(1)
    recorded = as_one_call(score_of, (embedded[0],))

    def run(states: Tensor) -> Tensor:  # with the signature that Captum asks for
        found: Tensor = recorded(states)
        return found

    # To derive a graph for the gradients would take longer than it saves.
    with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
        values = IntegratedGradients(run).attribute(
            end,
            baselines=begin,
            n_steps=query.steps,
            method="gausslegendre",
            internal_batch_size=max(1, tokens_at_once // len(query.input_ids)),
        )
    return Attributions(
        values=values[0].sum(dim=-1).cpu().numpy(), score=ends[0], baseline_score=ends[1]
    )


def _inputs(query: AttributionQuery, base: PreTrainedModel) -> dict[str, Tensor]:
    """Return what goes into the model beside the ids, [1, token], the same along the whole way."""
    ids = torch.tensor([query.input_ids], device=base.device)
    inputs = {"attention_mask": torch.ones_like(ids)}
    if query.token_type_ids is not None:
        inputs["token_type_ids"] = torch.tensor([query.token_type_ids], device=base.device)
    return inputs
