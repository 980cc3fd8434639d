package io.github.ratelimit.test.provider.api;

import io.github.ratelimit.test.provider.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gemini's {@code generateContent} and, with {@code alt=sse}, its stream. */
final class GeminiApi implements ModelApi {

	@Override
	public boolean matches(String path) {
		return path.endsWith(":generateContent") || path.endsWith(":streamGenerateContent");
	}

	@Override
	public String model(String path, Map<String, @Nullable Object> body) {
		return path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf(':'));
	}

	@Override
	public boolean isStreamed(String path, Map<String, @Nullable Object> body) {
		return path.endsWith(":streamGenerateContent");
	}

	@Override
	public JsonObject body(Completion completion) {
		return content(completion, completion.text(), true);
	}

	@Override
	public List<String> events(Completion completion) {
		List<String> events = new ArrayList<>();
		int last = completion.pieces().size() - 1;
		for (int i = 0; i <= last; i++) {
			events.add(Completion.data(content(completion, completion.pieces().get(i), i == last)));
		}
		return events;
	}

	private static JsonObject content(Completion completion, String text, boolean last) {
		JsonObject candidate = JsonObject.of("content",
				JsonObject.of("parts", List.of(JsonObject.of("text", text)), "role", "model"), "index", 0);
		JsonObject usage = JsonObject.of("promptTokenCount", completion.usage().inputTokens());
		if (last) {
			candidate.with("finishReason", "STOP");
			usage.with("candidatesTokenCount", completion.usage().outputTokens(), "totalTokenCount",
					completion.usage().totalTokens());
		}
		return JsonObject.of("candidates", List.of(candidate), "usageMetadata", usage, "modelVersion",
				completion.model());
	}

}
