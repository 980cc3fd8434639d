package io.github.ratelimit.test.example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stands for what a user of this module tests: a client that waits and tries again once.
 */
class ChatService {

	private final HttpClient client = HttpClient.newHttpClient();

	private final HttpRequest.Builder request;

	ChatService(String baseUrl, String key) {
		this.request = HttpRequest.newBuilder(URI.create(baseUrl + "/chat/completions"))
			.header("Authorization", "Bearer " + key)
			.header("Content-Type", "application/json");
	}

	String ask(String question) throws IOException, InterruptedException {
		String body = new JsonMapper().createObjectNode().put("model", "gpt-4o").put("question", question).toString();
		HttpResponse<String> response = send(body);
		if (response.statusCode() == 429) {
			Thread.sleep(response.headers().firstValueAsLong("retry-after-ms").orElse(1000));
			response = send(body);
		}
		return new JsonMapper().readTree(response.body()).at("/choices/0/message/content").asString();
	}

	private HttpResponse<String> send(String body) throws IOException, InterruptedException {
		return this.client.send(this.request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

}
