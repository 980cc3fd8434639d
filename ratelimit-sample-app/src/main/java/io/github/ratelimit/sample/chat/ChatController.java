package io.github.ratelimit.sample.chat;

import java.time.InstantSource;

import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Answers chat requests, at once or as a stream. */
@RestController
class ChatController {

	private final StubModel model;

	private final JsonMapper json;

	private final InstantSource clock;

	ChatController(StubModel model, JsonMapper json, InstantSource clock) {
		this.model = model;
		this.json = json;
		this.clock = clock;
	}

	@PostMapping("/v1/chat/completions")
	Object complete(@RequestBody ChatRequest request, HttpServletResponse response) {
		CompletionHead head = CompletionHead.create(request.model(), this.clock);
		StubModel.Reply reply = this.model.reply(request.messages());
		if (!request.streamed()) {
			return ChatCompletion.of(head, reply);
		}
		response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
		return new ChunkStream(head, reply, request.streamsUsage(), this.json);
	}

}
