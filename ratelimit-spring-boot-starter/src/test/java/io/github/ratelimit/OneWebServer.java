package io.github.ratelimit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Both Tomcat and Jetty are on the class path of the tests: an application takes Tomcat,
 * or what its property {@value #PROPERTY} names, {@code tomcat} or {@code jetty}.
 */
public final class OneWebServer implements AutoConfigurationImportFilter, EnvironmentAware {

	/** The property that names the server. */
	public static final String PROPERTY = "test.web-server";

	private String server = "tomcat";

	@Override
	public void setEnvironment(Environment environment) {
		this.server = environment.getProperty(PROPERTY, this.server).toLowerCase(Locale.ROOT);
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurations, AutoConfigurationMetadata metadata) {
		String other = this.server.equals("jetty") ? "tomcat" : "jetty";
		boolean[] matches = new boolean[autoConfigurations.length];
		for (int i = 0; i < matches.length; i++) {
			String name = autoConfigurations[i];
			matches[i] = name == null || !name.startsWith("org.springframework.boot." + other + ".");
		}
		return matches;
	}

}
