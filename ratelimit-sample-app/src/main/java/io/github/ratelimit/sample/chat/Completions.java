package io.github.ratelimit.sample.chat;

import io.github.ratelimit.Permit;
import io.github.ratelimit.RateLimited;
import java.io.Flushable;
import java.time.InstantSource;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls the model and charges the tokens to the caller's budget. Both methods reserve the
 * possible cost before the call; a call that exceeds the budget is not made.
 */
@Service
class Completions {

	private final StubModel model;

	private final Pace pace;

	private final JsonMapper json;

	private final InstantSource clock;

	Completions(StubModel model, Pace pace, JsonMapper json, InstantSource clock) {
		this.model = model;
		this.pace = pace;
		this.json = json;
		this.clock = clock;
	}

	/** Answers as a whole: the usage of the answer is the actual cost. */
	@RateLimited(value = "chat-tokens", cost = "#request.reservedTokens()", settle = "#result.usage.totalTokens")
	ChatCompletion complete(ChatRequest request) {
		return ChatCompletion.of(CompletionHead.create(request.model(), this.clock), this.model.reply(request));
	}

	/** Answers piece by piece: the stream reports the actual cost to the permit. */
	@RateLimited(value = "chat-tokens", cost = "#request.reservedTokens()")
	ChunkStream stream(ChatRequest request, Permit permit, Flushable response) {
		CompletionHead head = CompletionHead.create(request.model(), this.clock);
		return new ChunkStream(head, this.model.reply(request), request.streamsUsage(), permit, response, this.pace,
				this.json);
	}

}
