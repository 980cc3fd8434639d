package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;

/**
 * When a call was sent, and what had been sent by then: by its process, and by others as
 * far as their notes say.
 *
 * @param sequence the number of the call
 * @param sentAt the monotonic time in nanoseconds
 * @param requests requests, this one included
 * @param inputTokens estimated tokens
 * @param outputTokens estimated tokens
 * @param taken what the call took of each configured limit
 */
@SuppressWarnings("ArrayRecordComponent")
record Mark(long sequence, long sentAt, double requests, double inputTokens, double outputTokens, double[] taken) {

	double charged(Dimension dimension) {
		return switch (dimension) {
			case REQUESTS -> this.requests;
			case TOKENS -> this.inputTokens + this.outputTokens;
			case INPUT_TOKENS -> this.inputTokens;
			case OUTPUT_TOKENS -> this.outputTokens;
		};
	}

	boolean isAfter(long sentAt, long sequence) {
		return this.sentAt - sentAt > 0 || (this.sentAt == sentAt && this.sequence > sequence);
	}

	/** Returns what had been sent, at another time. */
	Mark at(long time) {
		return new Mark(this.sequence, time, this.requests, this.inputTokens, this.outputTokens, this.taken);
	}

	Mark next(CallCost cost, double[] taken, long now) {
		return new Mark(this.sequence + 1, now, this.requests + 1, this.inputTokens + cost.inputTokens(),
				this.outputTokens + cost.outputTokens(), taken);
	}

	/** Adds what was sent, or takes away what was not. */
	Mark plus(double requests, double inputTokens, double outputTokens) {
		return new Mark(this.sequence, this.sentAt, this.requests + requests, this.inputTokens + inputTokens,
				this.outputTokens + outputTokens, this.taken);
	}

}
