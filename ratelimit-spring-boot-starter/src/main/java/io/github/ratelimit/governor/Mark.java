package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * When a call was sent, and what its process had sent by then.
 *
 * @param sequence the number of the call
 * @param sentAt the monotonic time in nanoseconds
 * @param requests requests, this one included
 * @param inputTokens estimated tokens
 * @param outputTokens estimated tokens
 * @param taken what the call took of each configured limit
 * @param shared what it took of limits that instances share, null if nothing
 */
@SuppressWarnings("ArrayRecordComponent")
record Mark(long sequence, long sentAt, double requests, double inputTokens, double outputTokens, double[] taken,
		SharedQuotas.@Nullable Taken shared) {

	double charged(Dimension dimension) {
		return switch (dimension) {
			case REQUESTS -> this.requests;
			case TOKENS -> this.inputTokens + this.outputTokens;
			case INPUT_TOKENS -> this.inputTokens;
			case OUTPUT_TOKENS -> this.outputTokens;
		};
	}

	Mark plus(CallCost cost, double[] taken, SharedQuotas.@Nullable Taken shared, long now) {
		return new Mark(this.sequence + 1, now, this.requests + 1, this.inputTokens + cost.inputTokens(),
				this.outputTokens + cost.outputTokens(), taken, shared);
	}

	Mark minus(CallCost cost) {
		return new Mark(this.sequence, this.sentAt, this.requests - 1, this.inputTokens - cost.inputTokens(),
				this.outputTokens - cost.outputTokens(), this.taken, this.shared);
	}

}
