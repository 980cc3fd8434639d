package io.github.ratelimit.apps.clients;

import com.sun.net.httpserver.HttpExchange;

/**
 * What the APIs of OpenAI and Anthropic answer to a request. Each uses 11 and 7 tokens.
 */
record ModelShape(boolean anthropic, boolean streamed) {

	static final long TOKENS = 18;

	static ModelShape of(HttpExchange exchange, String body) {
		return new ModelShape(exchange.getRequestURI().getPath().endsWith("/messages"),
				body.replace(" ", "").contains("\"stream\":true"));
	}

	String plain(String text) {
		return this.anthropic
				? """
						{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"%s"}],
						"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":7}}"""
					.formatted(text)
				: """
						{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":
						{"role":"assistant","content":"%s","refusal":null},"finish_reason":"stop","logprobs":null}],
						"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""".formatted(text);
	}

	String error(String message) {
		return "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"%s\"}}".formatted(message);
	}

	String begin() {
		return this.anthropic ? event("message_start",
				"\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
						+ "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":11,\"output_tokens\":1}}")
				+ event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}") : "";
	}

	String piece(String text) {
		return this.anthropic
				? event("content_block_delta",
						"\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"%s\"}".formatted(text))
				: chunk("{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}".formatted(text), "null");
	}

	String end() {
		return this.anthropic ? event("content_block_stop", "\"index\":0") + event("message_delta",
				"\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":7}")
				+ event("message_stop", "\"x\":0")
				: chunk("", "{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}") + "data: [DONE]\n\n";
	}

	private static String chunk(String choice, String usage) {
		return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":["
				+ choice + "],\"usage\":" + usage + "}\n\n";
	}

	private static String event(String type, String fields) {
		return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
	}

}
