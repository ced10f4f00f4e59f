import { SkipAuthorization } from '@nanook/nestjs';
import { Controller, Get } from '@nestjs/common';

@Controller('health')
export class HealthController {
  @Get()
  @SkipAuthorization('a health probe does not sign in')
  show() {
    return { status: 'up' };
  }
}
