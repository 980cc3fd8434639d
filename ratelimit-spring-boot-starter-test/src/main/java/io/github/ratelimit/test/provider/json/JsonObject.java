package io.github.ratelimit.test.provider.json;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that is being written. Values are objects, lists, texts, numbers,
 * booleans and null. Not thread-safe.
 */
public final class JsonObject {

	private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

	private JsonObject() {
	}

	/**
	 * Returns an object.
	 * @param namesAndValues alternately the name and the value of a member
	 * @return the object, in that order
	 */
	public static JsonObject of(@Nullable Object... namesAndValues) {
		return new JsonObject().with(namesAndValues);
	}

	/**
	 * Adds members.
	 * @param namesAndValues alternately the name and the value of a member
	 * @return this object
	 */
	public JsonObject with(@Nullable Object... namesAndValues) {
		for (int i = 0; i < namesAndValues.length; i += 2) {
			this.members.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
		}
		return this;
	}

	/**
	 * Returns the object as JSON.
	 * @return the text, without spaces between tokens
	 */
	@Override
	public String toString() {
		StringBuilder json = new StringBuilder();
		write(this, json);
		return json.toString();
	}

	private static void write(@Nullable Object value, StringBuilder json) {
		if (value instanceof JsonObject object) {
			json.append('{');
			String separator = "";
			for (Map.Entry<String, @Nullable Object> member : object.members.entrySet()) {
				json.append(separator);
				string(member.getKey(), json);
				json.append(':');
				write(member.getValue(), json);
				separator = ",";
			}
			json.append('}');
		}
		else if (value instanceof Iterable<?> list) {
			json.append('[');
			String separator = "";
			for (Object element : list) {
				json.append(separator);
				write(element, json);
				separator = ",";
			}
			json.append(']');
		}
		else if (value instanceof String text) {
			string(text, json);
		}
		else {
			json.append(value);
		}
	}

	private static void string(String text, StringBuilder json) {
		json.append('"');
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			switch (c) {
				case '"', '\\' -> json.append('\\').append(c);
				case '\n' -> json.append("\\n");
				default -> {
					if (c < ' ') {
						json.append(String.format("\\u%04x", (int) c));
					}
					else {
						json.append(c);
					}
				}
			}
		}
		json.append('"');
	}

}
