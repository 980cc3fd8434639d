package io.github.ratelimit.sample.chat;

import io.github.ratelimit.RateLimited;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Lists the available models. */
@RestController
class ModelsController {

	private static final ModelList MODELS = new ModelList("list",
			List.of(new Model("stub", "model", 1767225600, "ratelimit-sample")));

	@GetMapping("/v1/models")
	@RateLimited(rate = "30/min", key = "ip")
	ModelList models() {
		return MODELS;
	}

	record ModelList(String object, List<Model> data) {

	}

	@JsonNaming(SnakeCaseStrategy.class)
	record Model(String id, String object, long created, String ownedBy) {

	}

}
