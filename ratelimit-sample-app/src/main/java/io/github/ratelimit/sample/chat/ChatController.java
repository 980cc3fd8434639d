package io.github.ratelimit.sample.chat;

import io.github.ratelimit.Permit;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Answers chat requests, as a whole or as a stream. */
@RestController
class ChatController {

	private final Completions completions;

	ChatController(Completions completions) {
		this.completions = completions;
	}

	@PostMapping("/v1/chat/completions")
	Object complete(@RequestBody ChatRequest request, Permit permit, HttpServletResponse response) {
		if (!request.streamed()) {
			return this.completions.complete(request);
		}
		ChunkStream stream = this.completions.stream(request, permit, response::flushBuffer);
		response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
		return stream;
	}

}
