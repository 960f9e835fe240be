import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CatalogModule } from '../catalog/catalog.module.js';
import { InventoryController } from './inventory.controller.js';
import { InventoryRepository } from './inventory.repository.js';
import { InventoryService } from './inventory.service.js';
import { PurchaseController } from './purchase.controller.js';
import { PurchaseRepository } from './purchase.repository.js';
import { PurchaseService } from './purchase.service.js';

@Module({
  imports: [AuthModule, CatalogModule],
  controllers: [PurchaseController, InventoryController],
  providers: [PurchaseService, PurchaseRepository, InventoryService, InventoryRepository],
})
export class OrdersModule {}
