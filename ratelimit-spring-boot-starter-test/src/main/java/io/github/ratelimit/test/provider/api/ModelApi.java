package io.github.ratelimit.test.provider.api;

import io.github.ratelimit.test.provider.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The shape of one API: an answer at once, and as a stream of server-sent events. */
public interface ModelApi {

	/**
	 * Returns whether requests to a path are of this API.
	 * @param path the path without the query
	 * @return whether they are
	 */
	boolean matches(String path);

	/**
	 * Returns the model that a request asks for.
	 * @param path the path without the query
	 * @param body the members of the body
	 * @return the model, {@code unknown} if there is none
	 */
	default String model(String path, Map<String, @Nullable Object> body) {
		return (body.get("model") instanceof String model) ? model : "unknown";
	}

	/**
	 * Returns whether a request asks for a stream.
	 * @param path the path without the query
	 * @param body the members of the body
	 * @return whether it does
	 */
	default boolean isStreamed(String path, Map<String, @Nullable Object> body) {
		return Boolean.TRUE.equals(body.get("stream"));
	}

	/**
	 * Returns an answer at once.
	 * @param completion what to answer
	 * @return the body
	 */
	JsonObject body(Completion completion);

	/**
	 * Returns an answer as a stream.
	 * @param completion what to answer
	 * @return the events as they are sent, each with its empty line
	 */
	List<String> events(Completion completion);

	/**
	 * Returns the API of a path.
	 * @param path the path without the query
	 * @return the API; one that answers any request with JSON if the path is none of the
	 * known
	 */
	static ModelApi of(String path) {
		return List.of(new ChatCompletionsApi(), new ResponsesApi(), new MessagesApi(), new GeminiApi())
			.stream()
			.filter((api) -> api.matches(path))
			.findFirst()
			.orElseGet(PlainApi::new);
	}

}
