package io.github.ratelimit.sample.chat;

import io.github.ratelimit.Permit;
import java.io.Flushable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes an answer as server-sent events, one for each piece of its text, and reports to
 * the call's permit what was delivered: a client that disconnects pays for that.
 */
final class ChunkStream implements StreamingResponseBody {

	private final CompletionHead head;

	private final StubModel.Reply reply;

	private final boolean withUsage;

	private final Permit permit;

	/** The response itself: flushing the stream of a body does nothing in Spring. */
	private final Flushable response;

	private final Pace pace;

	private final JsonMapper json;

	ChunkStream(CompletionHead head, StubModel.Reply reply, boolean withUsage, Permit permit, Flushable response,
			Pace pace, JsonMapper json) {
		this.head = head;
		this.reply = reply;
		this.withUsage = withUsage;
		this.permit = permit;
		this.response = response;
		this.pace = pace;
		this.json = json;
	}

	@Override
	public void writeTo(OutputStream out) throws IOException {
		this.permit.spend(this.reply.usage().promptTokens());
		for (int answer = 0; answer < this.reply.answers(); answer++) {
			send(out, ChatChunk.role(this.head, answer), null);
		}
		for (StubModel.Piece piece : this.reply.pieces()) {
			waitForTheModel();
			for (int answer = 0; answer < this.reply.answers(); answer++) {
				send(out, ChatChunk.piece(this.head, answer, piece.text()), null);
				this.permit.spend(piece.tokens());
			}
		}
		for (int answer = 0; answer < this.reply.answers(); answer++) {
			send(out, ChatChunk.end(this.head, answer, this.reply.finishReason()), null);
		}
		this.permit.settle(this.reply.usage().totalTokens());
		if (this.withUsage) {
			send(out, ChatChunk.withoutChoices(this.head), this.reply.usage());
		}
		send(out, "[DONE]");
	}

	private void waitForTheModel() throws InterruptedIOException {
		try {
			this.pace.beforePiece();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("Interrupted between two pieces of an answer");
		}
	}

	private void send(OutputStream out, ChatChunk chunk, @Nullable Usage usage) throws IOException {
		Object event = this.withUsage ? new ChatChunk.WithUsage(chunk, usage) : chunk;
		send(out, this.json.writeValueAsString(event));
	}

	private void send(OutputStream out, String data) throws IOException {
		out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
		this.response.flush();
	}

}
