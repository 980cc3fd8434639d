package io.github.ratelimit.provider;

import io.github.ratelimit.TimeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The styles of headers and bodies by their names: the built-in ones and the
 * application's own, which take precedence. Immutable, thread-safe.
 */
public final class AnswerStyles {

	private final Map<String, HeaderStyle> headers;

	private final Map<String, BodyStyle> bodies;

	/**
	 * Creates the collection.
	 * @param headers the application's own header styles
	 * @param bodies the application's own body styles
	 * @param time for headers that contain a time of day
	 * @throws IllegalArgumentException if two of a kind have the same name
	 */
	public AnswerStyles(Collection<HeaderStyle> headers, Collection<BodyStyle> bodies, TimeSource time) {
		this.headers = byName("HeaderStyle", HeaderStyle::name,
				List.of(LimitRemainingResetHeaders.xRateLimit(), new Draft11Headers(),
						LimitRemainingResetHeaders.openAi(), LimitRemainingResetHeaders.anthropic(time),
						LimitRemainingResetHeaders.none()),
				headers);
		this.bodies = bodies(bodies);
	}

	private static Map<String, BodyStyle> bodies(Collection<BodyStyle> own) {
		return byName("BodyStyle", BodyStyle::name,
				List.of(new ProblemBody(), new OpenAiBody(), new AnthropicBody(), new NoBody()), own);
	}

	/**
	 * Returns a body style if no headers are written.
	 * @param own the application's own body styles
	 * @param name the style's name, in any case
	 * @return the style
	 * @throws UnknownStyleException if there is no style of that name
	 */
	public static BodyStyle body(Collection<BodyStyle> own, String name) {
		return find("body", bodies(own), name);
	}

	private static <T> Map<String, T> byName(String type, Function<T, String> nameOf, Collection<? extends T> builtIn,
			Collection<? extends T> own) {
		Map<String, T> byName = new TreeMap<>();
		for (T style : own) {
			String name = normalize(nameOf.apply(style));
			T other = byName.put(name, style);
			if (other != null) {
				throw new IllegalArgumentException("Two beans of type " + type + " are named '" + name + "': "
						+ other.getClass().getName() + " and " + style.getClass().getName()
						+ ". Let name() of one of them return another name.");
			}
		}
		builtIn.forEach((style) -> byName.putIfAbsent(nameOf.apply(style), style));
		return byName;
	}

	/**
	 * Returns header styles.
	 * @param names their names, in any case
	 * @return the styles in that order, each once
	 * @throws UnknownStyleException if there is no style of one of the names
	 */
	public List<HeaderStyle> headers(Collection<String> names) {
		List<HeaderStyle> styles = new ArrayList<>();
		for (String name : names) {
			HeaderStyle style = find("header", this.headers, name);
			if (!styles.contains(style)) {
				styles.add(style);
			}
		}
		return List.copyOf(styles);
	}

	/**
	 * Returns a body style.
	 * @param name its name, in any case
	 * @return the style
	 * @throws UnknownStyleException if there is no style of that name
	 */
	public BodyStyle body(String name) {
		return find("body", this.bodies, name);
	}

	private static <T> T find(String kind, Map<String, T> styles, String name) {
		T style = styles.get(normalize(name));
		if (style == null) {
			throw new UnknownStyleException(kind, name, styles.keySet());
		}
		return style;
	}

	private static String normalize(String name) {
		return name.strip().toLowerCase(Locale.ROOT);
	}

	/** {@code none}: no body; status and headers are sufficient. */
	private static final class NoBody implements BodyStyle {

		@Override
		public String name() {
			return "none";
		}

		@Override
		public @Nullable Body body(Refusal refusal) {
			return null;
		}

	}

}
