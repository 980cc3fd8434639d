package io.github.ratelimit.method;

import io.github.ratelimit.RateLimited;
import java.io.Serial;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Thrown at start-up for an invalid {@link RateLimited}: on a method that no proxy can
 * reach, or with an attribute that has no effect. The message contains the element, the
 * mistake and a correction.
 */
public class InvalidRateLimitedMethodException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String location;

	private final @Nullable String attribute;

	private final @Nullable String value;

	private final String problem;

	private final String remedy;

	/**
	 * Creates the exception.
	 * @param element the annotated method or class
	 * @param attribute the attribute that is wrong, null if the annotated element is
	 * @param value the attribute's value, null if it has none
	 * @param problem the mistake, as the end of a sentence that begins with the value, or
	 * with the method or class
	 * @param remedy what to write instead, a sentence
	 * @param cause what found it, null if nothing did
	 */
	public InvalidRateLimitedMethodException(AnnotatedElement element, @Nullable String attribute,
			@Nullable String value, String problem, String remedy, @Nullable Throwable cause) {
		super("@RateLimited " + locate(element) + subject(attribute, value) + " " + problem + ". " + remedy, cause);
		this.location = locate(element);
		this.attribute = attribute;
		this.value = value;
		this.problem = problem;
		this.remedy = remedy;
	}

	private static String locate(AnnotatedElement element) {
		if (element instanceof Method method) {
			return "method " + method.getDeclaringClass().getName() + "." + method.getName()
					+ Arrays.stream(method.getParameterTypes())
						.map(Class::getSimpleName)
						.collect(Collectors.joining(", ", "(", ")"));
		}
		return "class " + ((Class<?>) element).getName();
	}

	private static String subject(@Nullable String attribute, @Nullable String value) {
		if (attribute == null) {
			return "";
		}
		return ": " + attribute + ((value != null) ? " \"" + value + "\"" : "");
	}

	/**
	 * Returns the annotated method or class.
	 * @return for example {@code method com.acme.ChatService.chat(String)}
	 */
	public String location() {
		return this.location;
	}

	/**
	 * Returns the attribute of {@link RateLimited} that is wrong.
	 * @return the attribute's name, null if the annotated element is wrong
	 */
	public @Nullable String attribute() {
		return this.attribute;
	}

	/**
	 * Returns the value that is wrong.
	 * @return the attribute's value, null if it has none
	 */
	public @Nullable String value() {
		return this.value;
	}

	/**
	 * Returns the mistake, as the end of a sentence that begins with the value, or with
	 * the method or class.
	 * @return the broken rule
	 */
	public String problem() {
		return this.problem;
	}

	/**
	 * Returns the correction.
	 * @return a sentence
	 */
	public String remedy() {
		return this.remedy;
	}

}
