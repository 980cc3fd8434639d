package io.github.ratelimit.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the sample on its real port. */
final class SampleClient {

	private static final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final String base;

	SampleClient(int port) {
		this.base = "http://localhost:" + port;
	}

	/** Sends a chat request with the given header; no header if the name is empty. */
	HttpResponse<String> chat(String header, String value) {
		return chat("""
				{"model": "stub", "messages": [{"role": "user", "content": "Hello there"}]}""", header, value);
	}

	HttpResponse<String> chat(String body, String header, String value) {
		return post("/v1/chat/completions", body, header, value);
	}

	HttpResponse<String> login(String username, String password) {
		return post("/login", """
				{"username": "%s", "password": "%s"}""".formatted(username, password), "", "");
	}

	HttpResponse<String> post(String path, String body, String header, String value) {
		HttpRequest.Builder request = request(path).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(body));
		if (!header.isEmpty()) {
			request.header(header, value);
		}
		return send(request);
	}

	HttpResponse<String> get(String path) {
		return send(request(path).GET());
	}

	HttpResponse<String> delete(String path) {
		return send(request(path).DELETE());
	}

	/** Returns the state of one key of a limit from the endpoint. */
	JsonNode key(String limit, String key) {
		HttpResponse<String> response = get("/actuator/ratelimits/" + limit + "/" + key);
		if (response.statusCode() != 200) {
			throw new IllegalStateException(limit + " of " + key + ": " + response.statusCode());
		}
		return json(response);
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create(this.base + path));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return http.send(request.build(), BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	static JsonNode json(HttpResponse<String> response) {
		return json(response.body());
	}

	static JsonNode json(String text) {
		return JsonMapper.shared().readTree(text);
	}

}
