namespace Praline.Models.Generation;

/// <summary>In which order temperature and the filters of sampling are applied.</summary>
public enum FilterOrder
{
    /// <summary>
    /// SynPO's <c>sampling</c>: logits that are not finite never come; temperature, softmax, top-k, renormalise, top-p on the
    /// renormalised values (the token that crosses the limit stays), min-p. A row without a finite logit ends the text.
    /// </summary>
    Paper,

    /// <summary>transformers: temperature, top-k (ties with the last stay), top-p, min-p.</summary>
    HuggingFace,
}
