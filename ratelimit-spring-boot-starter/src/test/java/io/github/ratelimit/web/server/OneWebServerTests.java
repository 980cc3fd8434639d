package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.OneWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;

class OneWebServerTests {

	@Test
	void tomcatIsTheDefaultServer() {
		try (RunningServer server = RunningServer.withoutSecurity()) {
			assertThat(server.bean(ServletWebServerFactory.class)).isInstanceOf(TomcatServletWebServerFactory.class);
		}
	}

	@ParameterizedTest
	@CsvSource({ "tomcat, 'org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory'",
			"jetty, 'org.springframework.boot.jetty.servlet.JettyServletWebServerFactory'" })
	void aTestCanSelectTheServer(String name, Class<?> factory) {
		try (RunningServer server = RunningServer.withoutSecurity(OneWebServer.PROPERTY + "=" + name)) {
			assertThat(server.bean(ServletWebServerFactory.class)).isInstanceOf(factory);
		}
	}

}
