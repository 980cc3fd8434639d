package io.github.ratelimit.sample.chat;

import java.io.Flushable;
import java.time.InstantSource;

import io.github.ratelimit.Permit;
import io.github.ratelimit.RateLimited;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Service;

/**
 * Has the model answer, for tokens from the caller's budget. Both ways reserve what the
 * call may cost before it is made; a call that the budget does not allow is not made.
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

	/** Answers at once: the answer's usage tells what the call did cost. */
	@RateLimited(value = "chat-tokens", cost = "#request.reservedTokens()", settle = "#result.usage.totalTokens")
	ChatCompletion complete(ChatRequest request) {
		return ChatCompletion.of(CompletionHead.create(request.model(), this.clock), this.model.reply(request));
	}

	/** Answers piece by piece: the stream tells the permit what the call did cost. */
	@RateLimited(value = "chat-tokens", cost = "#request.reservedTokens()")
	ChunkStream stream(ChatRequest request, Permit permit, Flushable response) {
		CompletionHead head = CompletionHead.create(request.model(), this.clock);
		return new ChunkStream(head, this.model.reply(request), request.streamsUsage(), permit, response, this.pace,
				this.json);
	}

}
