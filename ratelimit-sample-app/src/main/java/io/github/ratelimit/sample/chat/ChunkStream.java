package io.github.ratelimit.sample.chat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Writes an answer as server-sent events, one for each piece of its text. */
final class ChunkStream implements StreamingResponseBody {

	private final CompletionHead head;

	private final StubModel.Reply reply;

	private final boolean withUsage;

	private final JsonMapper json;

	ChunkStream(CompletionHead head, StubModel.Reply reply, boolean withUsage, JsonMapper json) {
		this.head = head;
		this.reply = reply;
		this.withUsage = withUsage;
		this.json = json;
	}

	@Override
	public void writeTo(OutputStream out) throws IOException {
		send(out, ChatChunk.role(this.head), null);
		for (String piece : this.reply.pieces()) {
			send(out, ChatChunk.piece(this.head, piece), null);
		}
		send(out, ChatChunk.stop(this.head), null);
		if (this.withUsage) {
			send(out, ChatChunk.withoutChoices(this.head), this.reply.usage());
		}
		send(out, "[DONE]");
	}

	private void send(OutputStream out, ChatChunk chunk, @Nullable Usage usage) throws IOException {
		Object event = this.withUsage ? new ChatChunk.WithUsage(chunk, usage) : chunk;
		send(out, this.json.writeValueAsString(event));
	}

	private static void send(OutputStream out, String data) throws IOException {
		out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
		out.flush();
	}

}
