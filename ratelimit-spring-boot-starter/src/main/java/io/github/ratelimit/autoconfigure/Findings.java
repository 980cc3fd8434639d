package io.github.ratelimit.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lays out what a failure analyzer found, as Boot's own analyzers do. */
final class Findings {

	private final String title;

	private final Map<String, String> lines = new LinkedHashMap<>();

	Findings(String title) {
		this.title = title;
	}

	Findings with(String label, @Nullable String text) {
		if (text != null) {
			this.lines.put(label, text);
		}
		return this;
	}

	Findings withValue(String value) {
		return with("Value", "\"" + value + "\"");
	}

	/** Adds the bean whose creation failed, where it failed in one. */
	Findings withBeanOf(Throwable failure) {
		String bean = null;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof BeanCreationException creation && creation.getBeanName() != null) {
				bean = creation.getBeanName();
			}
		}
		return with("Bean", bean);
	}

	FailureAnalysis toAnalysis(String action, Throwable cause) {
		StringBuilder description = new StringBuilder(this.title).append(":\n");
		this.lines.forEach((label, text) -> description.append("\n    ").append(label).append(": ").append(text));
		return new FailureAnalysis(description.toString(), action, cause);
	}

}
